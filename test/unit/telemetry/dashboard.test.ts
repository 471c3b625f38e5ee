// The dashboard asks for nothing that is not there. That its queries are queries is promtool's business (test/e2e/alerts.test.ts).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type DeclaredMetric, METRICS } from '../../../src/telemetry/metric-table.js';
import { type Dashboard, DASHBOARD_FILE } from '../../support/dashboard.js';
import { isLabel, unknownIn } from '../../support/prometheus-queries.js';

const text = readFileSync(DASHBOARD_FILE, 'utf8');
const picture = readFileSync(join(import.meta.dirname, '../../../docs/dashboard.svg'), 'utf8');
const { panels, templating } = JSON.parse(text) as Dashboard;
const targets = panels.flatMap(({ title, targets: all }) =>
  all.map((target) => [`${title}, ${target.refId}`, target] as const),
);

describe('the dashboard', () => {
  it.each(targets)('asks only for metrics and labels that exist: %s', (_, { expr }) => {
    expect(unknownIn(expr)).toEqual([]);
  });

  it.each(targets)('names series by labels that they have: %s', (_, { expr, legendFormat }) => {
    const names = expr.match(/kube_csr_approver\w+/g) ?? [];
    const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);

    // Of what is summed only what is asked for is left.
    const kept = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
      list.split(', '),
    );
    expect(labels.filter((label) => !isLabel(label, names) || !kept.includes(label))).toEqual([]);
  });

  it('lets people choose among what is there', () => {
    const asked = templating.list.flatMap(({ query }) =>
      typeof query === 'string' ? [] : [query.query],
    );

    expect(asked).toEqual(['label_values(kube_csr_approver_build_info, job)']);
    expect(asked.flatMap((query) => unknownIn(query))).toEqual([]);
  });

  it('shows every metric, but the few that only alerts and people with a question need', () => {
    const shown = (metric: DeclaredMetric): boolean => text.includes(metric.name);
    const notShown = Object.values(METRICS).filter((metric) => !shown(metric));

    expect(notShown.map(({ name }) => name)).toEqual([
      'kube_csr_approver_policy_loads_total',
      'kube_csr_approver_policy_generation',
      'kube_csr_approver_policy_loaded_timestamp_seconds',
    ]);
  });

  it.each(panels.map(({ title }) => title))('is what its picture shows: %s', (title) => {
    expect(picture).toContain(`>${title}</text>`);
  });

  it('has a place, a title and an explanation for each panel', () => {
    const ids = new Set(panels.map(({ id }) => id));
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    );
    const silent = panels.filter(({ title, description }) => title === '' || description === '');

    expect([ids.size, new Set(cells).size, silent]).toEqual([panels.length, cells.length, []]);
  });
});
