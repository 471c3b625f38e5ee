// A real Prometheus that scrapes the replicas each second, and what it answers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensurePrometheus } from '../../test/prometheus/build.mjs';
import { freePort } from './free-port.mjs';

const READY_WITHIN_MS = 30_000;

/** Resolves when it takes queries; `later` is told how to end it. */
export async function startPrometheus(folder, ports, later) {
  const program = await ensurePrometheus();
  if (!program.ok) throw new Error(program.why);
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      {
        job_name: 'kube-csr-approver',
        static_configs: Object.entries(ports).map(([instance, port]) => ({
          targets: [`127.0.0.1:${port}`],
          labels: { instance, namespace: 'kube-csr-approver' },
        })),
      },
    ],
  };
  const configFile = join(folder, 'prometheus.yml');
  await writeFile(configFile, JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    join(program.binDir, 'prometheus'),
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = once(child, 'close');
  later(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const url = `http://${address}`;
  await untilReady(url);
  return { ask: (query, range, legend) => ask(url, query, range, legend) };
}

async function untilReady(url) {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const response = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (response?.ok) return;
    if (performance.now() > deadline) throw new Error('Prometheus is not ready');
    await delay(100);
  }
}

/** The series that answer `query`, each with its name and its points: seconds and value. */
async function ask(url, query, range, legend) {
  const parameters = new URLSearchParams({ query, ...range });
  const response = await fetch(`${url}/api/v1/query_range?${parameters}`);
  const { status, error, data } = await response.json();
  if (status !== 'success') throw new Error(`${query}: ${error}`);
  return data.result.map(({ metric, values }) => ({
    name: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? '').trim(),
    points: values
      .map(([atSeconds, value]) => [atSeconds, Number(value)])
      .filter(([, value]) => Number.isFinite(value)),
  }));
}
