// Draws docs/dashboard.svg: node scripts/dashboard-picture.mjs
// Two replicas of the real bundle run for some minutes on the small API server of the demo while requests flow; a real
// Prometheus scrapes them; then it is asked each query of the dashboard, and the answers are drawn.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale } from '../demo/bundle.mjs';
import { drawDashboard } from './dashboard-picture/drawing.mjs';
import { startPrometheus } from './dashboard-picture/prometheus.mjs';
import { DAY_MS, playDay } from './dashboard-picture/day.mjs';
import { openStage } from './dashboard-picture/stage.mjs';

const root = join(import.meta.dirname, '..');
/** What Grafana would choose for a scrape each second. */
const RATE_INTERVAL = '15s';
const STEP_SECONDS = 2;

const undos = [];
const later = (undo) => undos.push(undo);
try {
  buildIfStale();
  const folder = await mkdtemp(join(tmpdir(), 'csr-approver-picture-'));
  later(() => rm(folder, { recursive: true, force: true }));
  const stage = await openStage(folder, later);
  const prometheus = await startPrometheus(folder, stage.metricsPorts, later);

  const beginSeconds = Date.now() / 1000;
  await playDay(stage, (line) => process.stderr.write(`${line}\n`));
  const range = { start: beginSeconds, end: beginSeconds + DAY_MS / 1000, step: STEP_SECONDS };

  const file = join(root, 'charts/kube-csr-approver/files/dashboard.json');
  const { panels } = JSON.parse(await readFile(file, 'utf8'));
  const answered = [];
  for (const panel of panels) {
    const series = [];
    for (const { expr, legendFormat } of panel.targets) {
      const query = expr.replaceAll('$__rate_interval', RATE_INTERVAL).replaceAll('$job', '.*');
      series.push(...(await prometheus.ask(query, range, legendFormat)));
    }
    answered.push({ ...panel, series });
  }
  await writeFile(join(root, 'docs/dashboard.svg'), drawDashboard(answered, range));
} finally {
  for (const undo of undos.toReversed()) await undo();
}
