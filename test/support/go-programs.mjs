// SPDX-License-Identifier: Apache-2.0
// Builds programs from pinned Go modules, once, into a cache outside the tree. It writes nothing inside the tree.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { realpathSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HEARTBEAT_MS = 15_000;

/** From Go 1.21 on, an older Go fetches the version that go.mod demands. */
const FIRST_GO_THAT_SWITCHES = 21;

/**
 * Makes sure that the programs of a recipe exist. Resolves to `{ ok: true, binDir }`, or to `{ ok: false, why, exitCode }`,
 * where exit code 3 means that this machine lacks Go and 1 that a build is broken.
 * A recipe: `title` and `cacheName` name it, `folder` holds its go.mod and go.sum, `programs` maps names to Go packages in
 * the order in which they are built, `ldflags` are the linker's, `howToHaveIt` tells what to do without Go; `sources` are
 * the Go files in `folder` that are programs of ours, and `tags` the build tags, if any.
 */
export async function ensureGoPrograms(recipe, { env = process.env, report = toStderr } = {}) {
  const root = join(cacheFolder(env), recipe.cacheName);
  const binDir = join(root, keyOf(recipe));
  if (missingFrom(binDir, Object.keys(recipe.programs)).length === 0) return { ok: true, binDir };

  const lacking = whatGoLacks(env);
  if (lacking !== undefined) {
    return { ok: false, exitCode: 3, why: `${lacking}: ${recipe.howToHaveIt}` };
  }
  mkdirSync(root, { recursive: true });
  removeLeftovers(root);
  return buildInto(binDir, recipe, { env, report });
}

/** Where everything is kept that is fetched or built once. */
export function cacheFolder(env) {
  return (
    env.KUBE_CSR_APPROVER_CACHE ||
    join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kube-csr-approver')
  );
}

/** Everything that decides what the programs are goes into the key, so that no stale program is ever used. */
function keyOf({ folder, ldflags, tags, programs, sources = [] }) {
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const platform = `${process.platform}-${process.arch}`;
  const hash = createHash('sha256');
  const parts = [read('go.mod'), read('go.sum'), ldflags, platform, JSON.stringify(programs)];
  if (tags !== undefined) parts.push(tags);
  parts.push(...sources.map(read));
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('hex').slice(0, 16);
}

/** Builds beside the target and renames at the end, so that an interrupted build leaves nothing half. */
async function buildInto(binDir, recipe, { env, report }) {
  const startedAt = Date.now();
  const temporary = `${binDir}.building-${process.pid}`;
  mkdirSync(temporary);
  try {
    report(`building ${recipe.title} from Go modules, once; it takes some minutes (${binDir})`);
    const { folder, ldflags, tags, programs } = recipe;
    for (const [name, goPackage] of Object.entries(programs)) {
      const options = { env, report, folder, ldflags, tags, goPackage };
      const why = await buildProgram(join(temporary, name), options);
      if (why !== undefined) return { ok: false, exitCode: 1, why };
    }
    moveIntoPlace(temporary, binDir, Object.keys(programs));
    report(`${recipe.title} built in ${seconds(startedAt)} s`);
    return { ok: true, binDir };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Resolves to undefined when the program was built, else to the reason why not. */
function buildProgram(outFile, { env, report, folder, ldflags, tags, goPackage }) {
  const name = basename(outFile);
  const startedAt = Date.now();
  const args = ['build', '-v', '-trimpath', '-mod=readonly', '-buildvcs=false'];
  if (tags !== undefined) args.push(`-tags=${tags}`);
  const child = spawn('go', [...args, `-ldflags=${ldflags}`, '-o', outFile, goPackage], {
    cwd: folder,
    env: { ...env, GOWORK: 'off', CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });

  let compiled = 0;
  let downloaded = 0;
  let lastLines = [];
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text) => {
    const lines = text.split('\n').filter((line) => line !== '');
    const downloads = lines.filter((line) => line.startsWith('go: downloading')).length;
    downloaded += downloads;
    compiled += lines.length - downloads;
    lastLines = [...lastLines, ...lines].slice(-20);
  });

  report(`  ${name}: started`);
  const heartbeat = setInterval(() => {
    const done = `${downloaded} modules downloaded, ${compiled} packages compiled`;
    report(`  ${name}: ${seconds(startedAt)} s, ${done}`);
  }, HEARTBEAT_MS);
  const interrupt = interruptWith(child);

  return new Promise((resolve) => {
    const finish = (why) => {
      clearInterval(heartbeat);
      interrupt.release();
      if (why === undefined) report(`  ${name}: done in ${seconds(startedAt)} s`);
      resolve(why);
    };
    child.on('error', (error) => finish(`go build ${name}: ${error.message}`));
    child.on('close', (code) => {
      if (code === 0) return finish(undefined);
      const how = interrupt.wasInterrupted() ? 'interrupted' : `failed (exit code ${code})`;
      return finish(`go build ${name} ${how}\n${lastLines.join('\n')}`);
    });
  });
}

/** A signal ends the compiler first; the build then reports it as a failure and cleans up after itself. */
function interruptWith(child) {
  let interrupted = false;
  const onSignal = () => {
    interrupted = true;
    child.kill('SIGTERM');
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, onSignal);
  return {
    wasInterrupted: () => interrupted,
    release: () => signals.forEach((signal) => process.off(signal, onSignal)),
  };
}

/** Two builds may race; whoever comes second keeps what the first one put there. */
function moveIntoPlace(temporary, binDir, names) {
  try {
    renameSync(temporary, binDir);
  } catch (error) {
    if (missingFrom(binDir, names).length > 0) throw error;
  }
}

/** Removes what builds left behind that were killed without a chance to clean up. */
function removeLeftovers(root) {
  for (const name of readdirSync(root)) {
    const owner = /\.building-(\d+)$/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    rmSync(join(root, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Which of `names` are no executable files in `folder`. */
export function missingFrom(folder, names) {
  return names.filter((name) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return false;
    } catch {
      return true;
    }
  });
}

/** Undefined when there is a Go that can build this, or can fetch the one that can. */
function whatGoLacks(env) {
  const options = { encoding: 'utf8', cwd: tmpdir(), env: { ...env, GOTOOLCHAIN: 'local' } };
  const { status, stdout } = spawnSync('go', ['version'], options);
  if (status !== 0) return 'no Go on this machine';
  const minor = /go1\.(\d+)/.exec(stdout)?.[1];
  const canSwitch = minor === undefined || Number(minor) >= FIRST_GO_THAT_SWITCHES;
  return canSwitch ? undefined : `Go 1.${minor} is too old`;
}

/** Run as a program (`moduleUrl` is the caller's import.meta.url), prints the folder of the programs or why there is none. */
export async function printIfRunAsProgram(moduleUrl, ensure) {
  const script = process.argv[1];
  if (script === undefined || !existsSync(script)) return;
  if (realpathSync(script) !== fileURLToPath(moduleUrl)) return;
  const result = await ensure();
  if (result.ok) process.stdout.write(`${result.binDir}\n`);
  else {
    toStderr(result.why);
    process.exitCode = result.exitCode;
  }
}

function seconds(sinceMs) {
  return Math.round((Date.now() - sinceMs) / 1000);
}

function toStderr(line) {
  process.stderr.write(`${line}\n`);
}
