// The test command: checks first, then fast tests, then everything that needs the real control plane.
// Flags: --fast (no control plane). CSR_APPROVER_TEST_REQUIRE_ALL=1 turns a missing tool into a failure.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureControlPlane } from './control-plane/build.mjs';
import { ensureHelm } from './helm/build.mjs';

const root = join(import.meta.dirname, '..');
const fast = process.argv.includes('--fast');
const requireAll = process.env.CSR_APPROVER_TEST_REQUIRE_ALL === '1';
/** What ensureControlPlane answers when a tool such as Go is not there; anything else is a broken build. */
const MISSING_TOOL = 3;
const bin = (name) => join(root, 'node_modules/.bin', name);

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

run('types', bin('tsc'), ['--noEmit']);
run('lint', 'npm', ['run', '--silent', 'lint']);
run('format', bin('prettier'), ['--check', '--log-level', 'warn', '.']);
run('unit, scenario and architecture tests', bin('jest'), ['--config', 'jest.config.js', '--ci']);

if (!fast) {
  run('contract tests on the small API server', bin('jest'), [
    '--config',
    'jest.small-server.config.js',
    '--ci',
  ]);
  const controlPlane = await ensureControlPlane();
  if (controlPlane.ok) {
    // Before Jest, where a build of minutes would look like a test that hangs.
    const helm = await ensureHelm();
    if (!helm.ok) process.stderr.write(`! the tests of the chart will fail: ${helm.why}\n`);
    run('bundle', process.execPath, ['scripts/build.mjs']);
    run('contract and e2e tests on a real control plane', bin('jest'), [
      '--config',
      'jest.control-plane.config.js',
      '--ci',
    ]);
  } else {
    process.stderr.write(`! contract and e2e tests skipped: ${controlPlane.why}\n`);
    if (requireAll || controlPlane.exitCode !== MISSING_TOOL) process.exit(1);
  }
}
