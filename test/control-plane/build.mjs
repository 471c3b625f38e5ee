// SPDX-License-Identifier: Apache-2.0
// Provides the programs of a real Kubernetes control plane: from KUBEBUILDER_ASSETS, from the cache, or built from the
// pinned Go modules beside this file. It writes nothing inside the tree.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { realpathSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** What a test cannot do without; envtest's folder holds exactly these. */
const REQUIRED = ['etcd', 'kube-apiserver', 'kubectl'];

/** Program name to Go package, in the order in which they are built. */
const PROGRAMS = {
  etcd: 'go.etcd.io/etcd/server/v3',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
};

const HEARTBEAT_MS = 15_000;

/** From Go 1.21 on, an older Go fetches the version that go.mod demands. */
const FIRST_GO_THAT_SWITCHES = 21;

const HOW_TO_HAVE_IT =
  'install Go 1.26 or later (https://go.dev/dl), or set KUBEBUILDER_ASSETS to a folder that holds ' +
  'etcd, kube-apiserver and kubectl (for example from `setup-envtest use -p path 1.36.x`)';

/**
 * Makes sure that the programs exist, building them if they are in neither place.
 * Resolves to `{ ok: true, binDir }`, or to `{ ok: false, why, exitCode }`, where exit code 3 means that
 * this machine lacks Go and 1 that a folder or a build is broken. `report` receives progress lines.
 */
export async function ensureControlPlane({ env = process.env, report = toStderr } = {}) {
  const assets = env.KUBEBUILDER_ASSETS;
  if (assets !== undefined && assets !== '') return fromAssets(assets);

  const recipe = readRecipe();
  const root = cacheRoot(env);
  const binDir = join(root, recipe.key);
  if (missingFrom(binDir, Object.keys(PROGRAMS)).length === 0) return { ok: true, binDir };

  const lacking = whatGoLacks(env);
  if (lacking !== undefined) {
    return { ok: false, exitCode: 3, why: `${lacking}: ${HOW_TO_HAVE_IT}` };
  }
  mkdirSync(root, { recursive: true });
  removeLeftovers(root);
  return buildInto(binDir, { env, report, ldflags: recipe.ldflags });
}

function fromAssets(assets) {
  const missing = missingFrom(assets, REQUIRED);
  if (missing.length === 0) return { ok: true, binDir: assets };
  const why = `KUBEBUILDER_ASSETS=${assets} lacks ${missing.join(', ')} (executable files)`;
  return { ok: false, exitCode: 1, why };
}

function cacheRoot(env) {
  const base =
    env.KUBE_CSR_APPROVER_CACHE ||
    join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kube-csr-approver');
  return join(base, 'control-plane');
}

/** Everything that decides what the programs are goes into the key, so that no stale program is ever used. */
function readRecipe() {
  const goMod = readFileSync(join(here, 'go.mod'), 'utf8');
  const goSum = readFileSync(join(here, 'go.sum'), 'utf8');
  const version = /k8s\.io\/kubernetes v(\d+)\.(\d+)\.(\d+)/.exec(goMod);
  if (version === null) throw new Error('go.mod names no version of k8s.io/kubernetes');
  const [, major, minor, patch] = version;

  // Without these the server calls itself v0.0.0 and clients misbehave.
  const fields = {
    gitVersion: `v${major}.${minor}.${patch}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
  };
  const stamps = Object.entries(fields).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  const ldflags = ['-s', '-w', ...stamps].join(' ');

  const platform = `${process.platform}-${process.arch}`;
  const hash = createHash('sha256');
  for (const part of [goMod, goSum, ldflags, platform, JSON.stringify(PROGRAMS)]) {
    hash.update(`${part.length}:${part}`);
  }
  return { ldflags, key: hash.digest('hex').slice(0, 16) };
}

/** Builds beside the target and renames at the end, so that an interrupted build leaves nothing half. */
async function buildInto(binDir, { env, report, ldflags }) {
  const startedAt = Date.now();
  const temporary = `${binDir}.building-${process.pid}`;
  mkdirSync(temporary);
  try {
    report(`building the control plane from Go modules, once; it takes some minutes (${binDir})`);
    for (const [name, goPackage] of Object.entries(PROGRAMS)) {
      const why = await buildProgram(join(temporary, name), { env, report, ldflags, goPackage });
      if (why !== undefined) return { ok: false, exitCode: 1, why };
    }
    moveIntoPlace(temporary, binDir);
    report(`control plane built in ${seconds(startedAt)} s`);
    return { ok: true, binDir };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Resolves to undefined when the program was built, else to the reason why not. */
function buildProgram(outFile, { env, report, ldflags, goPackage }) {
  const name = basename(outFile);
  const startedAt = Date.now();
  const args = ['build', '-v', '-trimpath', '-mod=readonly', '-buildvcs=false'];
  const child = spawn('go', [...args, `-ldflags=${ldflags}`, '-o', outFile, goPackage], {
    cwd: here,
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
function moveIntoPlace(temporary, binDir) {
  try {
    renameSync(temporary, binDir);
  } catch (error) {
    if (missingFrom(binDir, Object.keys(PROGRAMS)).length > 0) throw error;
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

function missingFrom(folder, names) {
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

function isRunAsProgram() {
  const script = process.argv[1];
  if (script === undefined || !existsSync(script)) return false;
  return realpathSync(script) === fileURLToPath(import.meta.url);
}

function seconds(sinceMs) {
  return Math.round((Date.now() - sinceMs) / 1000);
}

function toStderr(line) {
  process.stderr.write(`${line}\n`);
}

if (isRunAsProgram()) {
  const result = await ensureControlPlane();
  if (result.ok) process.stdout.write(`${result.binDir}\n`);
  else {
    toStderr(result.why);
    process.exitCode = result.exitCode;
  }
}
