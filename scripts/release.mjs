// Makes what a release consists of into a folder, and fails where something does not agree: npm run release:check
// Flags: --outdir FOLDER (default: release); --tag v1.2.3 and --repository OWNER/NAME (what a release of that tag from
// there needs, too).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureHelm } from '../test/helm/build.mjs';
import { addressTroubles } from './release-address.mjs';
import { archive, setTimes } from './release-archive.mjs';
import { changesOf, versionOf, versionTroubles } from './release-versions.mjs';
import { sbomText } from './sbom.mjs';

const root = join(import.meta.dirname, '..');
const CHART = 'kube-csr-approver';
const { values } = parseArgs({
  options: {
    outdir: { type: 'string', default: 'release' },
    tag: { type: 'string' },
    repository: { type: 'string' },
  },
});
const outdir = resolve(values.outdir);
const version = versionOf(root);

class NotReady extends Error {}

/** Runs a script of this folder and returns what it printed. */
const script = (name, ...args) =>
  execFileSync(process.execPath, [join(import.meta.dirname, name), ...args], { encoding: 'utf8' });

/** The bundle with its licences, as one folder in one archive, and the bill of what it holds. */
function releaseBundle(staging) {
  const name = `csr-approver-${version}`;
  const folder = join(staging, name);
  const metafile = join(staging, 'metafile.json');
  script('build.mjs', '--outdir', folder, '--metafile', metafile);
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const program = join(folder, 'csr-approver.mjs');
  const says = execFileSync(process.execPath, [program, 'version'], { encoding: 'utf8' }).trim();
  if (says !== version) throw new NotReady(`the bundle says that it is ${says}, not ${version}`);
  archive({ folder: staging, name, file: join(outdir, `${name}.tar.gz`) });
  writeFileSync(join(outdir, 'csr-approver.cdx.json'), sbomText(metafile));
}

/** The chart, as helm itself packs it. */
async function releaseChart(staging) {
  const program = await ensureHelm();
  if (!program.ok) throw new NotReady(program.why);
  const folder = join(staging, CHART);
  cpSync(join(root, 'charts', CHART), folder, { recursive: true });
  setTimes(folder);
  const helm = (...args) => execFileSync(program.helm, args, { env: { HOME: staging } });
  helm('lint', '--strict', folder);
  helm('package', folder, '--destination', outdir);
}

/** The manifests of deploy/. What is made from the chart has to be what the chart renders now. */
function releaseManifests(staging) {
  const made = Object.entries(JSON.parse(script('manifests.mjs', '--print')));
  const kept = (path) => existsSync(join(root, path)) && readFileSync(join(root, path), 'utf8');
  const stale = made.filter(([path, text]) => kept(path) !== text);
  if (stale.length > 0) {
    const paths = stale.map(([path]) => path).join(', ');
    throw new NotReady(`not what the chart makes: ${paths}: node scripts/manifests.mjs`);
  }
  const name = `${CHART}-manifests-${version}`;
  cpSync(join(root, 'deploy'), join(staging, name), { recursive: true });
  archive({ folder: staging, name, file: join(outdir, `${name}.tar.gz`) });
}

/** In the form that `sha256sum --check` reads. */
function releaseChecksums() {
  const lines = readdirSync(outdir)
    .toSorted()
    .map((name) => {
      const bytes = readFileSync(join(outdir, name));
      return `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;
    });
  writeFileSync(join(outdir, 'SHA256SUMS'), lines.join(''));
}

/** The text for people who decide whether to upgrade; no part of what is checked and signed. */
function releaseNotes() {
  const { text } = changesOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version);
  writeFileSync(join(outdir, 'release-notes.md'), `${text}\n`);
}

async function release() {
  const troubles = [...versionTroubles(root, values), ...addressTroubles(root, values)];
  if (troubles.length > 0) throw new NotReady(troubles.join('\n  '));
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  const staging = mkdtempSync(join(tmpdir(), 'kube-csr-approver-release-'));
  try {
    releaseBundle(staging);
    releaseManifests(staging);
    await releaseChart(staging);
  } finally {
    rmSync(staging, { recursive: true });
  }
  releaseChecksums();
  releaseNotes();
  for (const name of readdirSync(outdir)) {
    const kilobytes = Math.ceil(statSync(join(outdir, name)).size / 1000);
    process.stdout.write(`${String(kilobytes).padStart(6)} kB  ${name}\n`);
  }
  process.stdout.write(`✓ ${version} in ${outdir}\n`);
}

try {
  await release();
} catch (error) {
  if (!(error instanceof NotReady)) throw error;
  process.stderr.write(`✗ not ready for release:\n  ${error.message}\n`);
  process.exitCode = 1;
}
