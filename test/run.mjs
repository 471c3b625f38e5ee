// The test command: checks first, then fast tests, then everything that needs the real control plane.
// Flags: --fast (no control plane). CSR_APPROVER_TEST_REQUIRE_ALL=1 turns a missing tool or a skipped test into a failure.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureControlPlane, ensureKubelet } from './control-plane/build.mjs';
import { ensureHelm } from './helm/build.mjs';
import { ensurePromtool } from './prometheus/build.mjs';

const root = join(import.meta.dirname, '..');
const fast = process.argv.includes('--fast');
const requireAll = process.env.CSR_APPROVER_TEST_REQUIRE_ALL === '1';
/** What ensureControlPlane answers when a tool such as Go is not there; anything else is a broken build. */
const MISSING_TOOL = 3;
const bin = (name) => join(root, 'node_modules/.bin', name);

/** Tests of all runs of Jest. */
const total = { passed: 0, skipped: 0 };

function run(title, command, args) {
  const begin = performance.now();
  process.stderr.write(`• ${title}\n`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    },
  });
  if (error) process.stderr.write(`✗ ${title}: ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
  process.stderr.write(`✓ ${title} (${((performance.now() - begin) / 1000).toFixed(1)} s)\n`);
}

/** Runs a check whose output matters only where it fails. */
async function check(title, command, args) {
  const begin = performance.now();
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const [status] = await once(child, 'close');
  if (status !== 0) {
    process.stderr.write(`${(await Promise.all(output)).flat().join('')}✗ ${title}\n`);
    process.exit(1);
  }
  process.stderr.write(`✓ ${title} (${((performance.now() - begin) / 1000).toFixed(1)} s)\n`);
}

/** Runs Jest; where everything is required, a skipped test fails unless it is one of `listed`, which are accounted for. */
function jest(title, config, listed = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-jest-'));
  const outputFile = join(folder, 'results.json');
  run(title, bin('jest'), ['--config', config, '--ci', '--json', `--outputFile=${outputFile}`]);
  const { numPassedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(outputFile, 'utf8'),
  );
  rmSync(folder, { recursive: true });
  const skipped = numPendingTests + numTodoTests - listed;
  total.passed += numPassedTests;
  total.skipped += skipped;
  if (skipped === 0) return;
  process.stderr.write(`! ${title}: ${skipped} tests were skipped\n`);
  if (requireAll) process.exit(1);
}

/** The contract tests that the small server does not pass, each with its reason; a test holds the list to account. */
function notForTheSmallServer() {
  const list = join(root, 'test/small-server/not-for-the-small-server.json');
  return JSON.parse(readFileSync(list, 'utf8')).filter(({ test }) => test !== undefined).length;
}

// They read the same tree and write nothing, so they share the cores.
await Promise.all([
  check('types', bin('tsc'), ['--noEmit']),
  check('lint', 'npm', ['run', '--silent', 'lint']),
  // The cache goes by content; it is empty in CI.
  check('format', bin('prettier'), ['--check', '--cache', '--cache-strategy=content', '.']),
]);
jest('unit, scenario and architecture tests', 'jest.config.js');

if (!fast) {
  run('bundle', process.execPath, ['scripts/build.mjs']);
  const controlPlane = await ensureControlPlane();
  jest(
    'contract tests on the small API server',
    'jest.small-server.config.js',
    notForTheSmallServer(),
  );
  if (controlPlane.ok) {
    // Before Jest, where a build of minutes would look like a test that hangs.
    const kubelet = await ensureKubelet();
    if (!kubelet.ok) {
      process.stderr.write(`! tests with a real kubelet will be skipped: ${kubelet.why}\n`);
      if (requireAll || kubelet.exitCode !== MISSING_TOOL) process.exit(1);
    }
    const promtool = await ensurePromtool();
    if (!promtool.ok) {
      process.stderr.write(`! tests with promtool will be skipped: ${promtool.why}\n`);
      if (requireAll || promtool.exitCode !== MISSING_TOOL) process.exit(1);
    }
    const helm = await ensureHelm();
    if (!helm.ok) process.stderr.write(`! the tests of the chart will fail: ${helm.why}\n`);
    jest('contract and e2e tests on a real control plane', 'jest.control-plane.config.js');
  } else {
    process.stderr.write(
      `! contract and e2e tests on the real API server skipped: ${controlPlane.why}\n`,
    );
    if (requireAll || controlPlane.exitCode !== MISSING_TOOL) process.exit(1);
  }
}

process.stderr.write(`${total.passed} passed, 0 failed, ${total.skipped} skipped\n`);
