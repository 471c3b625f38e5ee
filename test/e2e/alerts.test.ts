// SPDX-License-Identifier: Apache-2.0
// The alerts under the real promtool: it takes them, each fires when it should, and each is quiet where it should be.
// And the queries of the dashboard: it reads them.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { type Dashboard, DASHBOARD_FILE } from '../support/dashboard.js';
import { ROOT } from '../support/helm.js';
import { findPromtool } from '../support/promtool.js';

const promtool = await findPromtool();
const ALERTS = join(ROOT, 'charts/kube-csr-approver/files/alerts.yaml');
const TESTS = join(ROOT, 'test/prometheus/alerts.test.yaml');
/** A day of series each thirty seconds takes its time where others work, too. */
const TIMEOUT_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-alerts-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Rules {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly alert?: string; readonly expr: string }[];
  }[];
}

interface Cases {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly [
      { readonly alertname: string; readonly exp_alerts: readonly unknown[] },
    ];
  }[];
}

const rules = parse(readFileSync(ALERTS, 'utf8')) as Rules;
const cases = parse(readFileSync(TESTS, 'utf8')) as Cases;
const casesThat = (isFiring: boolean) =>
  cases.tests.flatMap(({ name, alert_rule_test: [{ alertname, exp_alerts }] }) =>
    exp_alerts.length > 0 === isFiring ? [{ name, alertname }] : [],
  );

/** Runs the cases against rules whose alerts all have this expression; the names of those that fail. */
async function failingWith(name: string, expr: string): Promise<readonly string[]> {
  const groups = rules.groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => (rule.alert === undefined ? rule : { ...rule, expr })),
  }));
  await writeFile(join(folder, `${name}.rules.yaml`), stringify({ groups }));
  const file = join(folder, `${name}.test.yaml`);
  await writeFile(file, stringify({ ...cases, rule_files: [`${name}.rules.yaml`] }));
  const { stdout, stderr } = await promtool.run(['test', 'rules', file]);
  return [...(stdout + stderr).matchAll(/name: (.*),$/gm)].map(([, failing = '']) => failing);
}

const names = (list: readonly { readonly name: string }[]): readonly string[] =>
  list.map(({ name }) => name);

promtool.describe('the alerts, under promtool', () => {
  it('are rules, without anything that it would warn of', async () => {
    const { code, stderr } = await promtool.run([
      'check',
      'rules',
      '--lint=all',
      '--lint-fatal',
      ALERTS,
    ]);

    expect([code, stderr]).toEqual([0, '']);
  });

  it(
    'fire when they should, say what they should, and are quiet otherwise',
    async () => {
      const { code, stdout, stderr } = await promtool.run(['test', 'rules', TESTS]);

      expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
    },
    TIMEOUT_MS,
  );

  it.each([true, false])('have each a case of their own where they fire: %s', (isFiring) => {
    const alerts = new Set(rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert)));
    const covered = new Set(casesThat(isFiring).map(({ alertname }) => alertname));

    expect([...alerts].filter((alert) => alert !== undefined && !covered.has(alert))).toEqual([]);
  });

  it(
    'are noticed when they never fire, and when they always do',
    async () => {
      const never = await failingWith('never', 'vector(0) > 1');
      const always = await failingWith('always', 'vector(1)');

      expect(never).toEqual(names(casesThat(true)));
      expect(always).toEqual(expect.arrayContaining([...names(casesThat(false))]));
    },
    TIMEOUT_MS,
  );
});

promtool.describe('the dashboard, under promtool', () => {
  it('asks what Prometheus understands', async () => {
    const { panels } = JSON.parse(readFileSync(DASHBOARD_FILE, 'utf8')) as Dashboard;
    // Grafana puts these in.
    const asked = (expr: string): string =>
      expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*');
    const queries = panels.flatMap(({ id, targets }) =>
      targets.map(({ refId, expr }) => ({ record: `panel:${id}:${refId}`, expr: asked(expr) })),
    );
    const file = join(folder, 'dashboard.rules.yaml');
    await writeFile(file, stringify({ groups: [{ name: 'dashboard', rules: queries }] }));

    const { code, stdout, stderr } = await promtool.run(['check', 'rules', '--lint=none', file]);

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`${queries.length} rules found`);
  });
});
