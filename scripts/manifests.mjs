// Renders the chart with its default values into the plain manifests of deploy/base.
// `node scripts/manifests.mjs` writes them; a test compares them with what the chart renders.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureHelm } from '../test/helm/build.mjs';

const root = join(import.meta.dirname, '..');
const NAME = 'kube-csr-approver';

/** What only Helm needs to know, and would be wrong without it. */
const OF_HELM =
  /^(# Source: .*| *helm\.sh\/(?:chart|resource-policy): .*| *app\.kubernetes\.io\/managed-by: .*)\n/gm;

const HEADER =
  '# Rendered from charts/kube-csr-approver by scripts/manifests.mjs; change the chart, not this.\n';

const program = await ensureHelm();
if (!program.ok) {
  process.stderr.write(`${program.why}\n`);
  process.exit(program.exitCode);
}
const args = ['template', NAME, join(root, 'charts', NAME), '--namespace', NAME];
const rendered = execFileSync(program.helm, args, { encoding: 'utf8' });
const text = HEADER + rendered.replaceAll(OF_HELM, '');
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(join(root, `deploy/base/${NAME}.yaml`), text);
