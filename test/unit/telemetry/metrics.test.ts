// SPDX-License-Identifier: Apache-2.0
// docs/metrics.md is written from the table of metrics and the alerts. UPDATE_DOCS=1 writes the page anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type DeclaredMetric, METRICS } from '../../../src/telemetry/metric-table.js';
import { createMetrics, type Gauges } from '../../../src/telemetry/metrics.js';
import { decideFully, makeCase, makeCsr, makePolicy, makeRule } from '../../support/decide.js';

const page = new URL('../../../docs/metrics.md', import.meta.url);

const declared: readonly DeclaredMetric[] = Object.values(METRICS);

interface Alert {
  readonly alert: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

const rules = new URL('../../../charts/kube-csr-approver/files/alerts.yaml', import.meta.url);
const { groups } = parse(readFileSync(rules, 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly (Alert | { readonly record: string })[] }[];
};
const alerts = groups
  .flatMap((group) => group.rules)
  .flatMap((rule) => ('alert' in rule ? [rule] : []))
  .map(({ alert, labels, annotations }) => ({
    name: alert,
    runbook: annotations.runbook_url.split('/').at(-1),
    severity: labels.severity,
    summary: annotations.summary,
  }));

const rendered = [
  '# Metrics',
  '',
  '`run --metrics-addr :9090` serves them at `/metrics` in the text format of Prometheus.',
  'No label holds anything that a requester can choose: a signer name that neither the policy nor Kubernetes knows is `other`.',
  '',
  '| metric | kind | labels | meaning |',
  '|---|---|---|---|',
  ...declared.map(
    ({ name, kind, labels, help }) =>
      `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  ),
  '',
  `Histograms have the bounds ${(METRICS.decisionDuration.buckets ?? []).join(', ')} s.`,
  '',
  'Of several replicas one leads and judges; to the others every request is `unjudged`. Where that matters, ask for',
  '`… * on (namespace, job, instance) group_left () kube_csr_approver_leader`, as alerts and dashboard do.',
  '',
  '## Alerts',
  '',
  '[`alerts.yaml`](../charts/kube-csr-approver/files/alerts.yaml) is a file of rules for Prometheus; the chart makes a PrometheusRule of it.',
  'Each alert has a [test](../test/prometheus/alerts.test.yaml) that `promtool` runs, and a runbook.',
  '',
  '| alert | severity | what is wrong |',
  '|---|---|---|',
  ...alerts.map(
    ({ name, runbook, severity, summary }) =>
      `| [${name}](runbooks/${runbook}) | ${severity} | ${summary} |`,
  ),
  '',
  '## Dashboard',
  '',
  '[`dashboard.json`](../charts/kube-csr-approver/files/dashboard.json) is for Grafana; the chart makes a ConfigMap of it. A test compares its queries with the table above.',
  '',
  '![Decisions, requests not decided, durations, issuance, other approvers, calls to the API server, who leads](dashboard.svg)',
  '',
  'The picture was drawn by `node scripts/dashboard-picture.mjs`, not by Grafana: two replicas of the bundle run on the small API server of the',
  'demo, a real Prometheus scrapes them each second, and is then asked each query of the dashboard. In these 4½ minutes somebody tries what',
  'they may not (1 min), the replica that leads is killed (1:25) and comes back, everything is paused (2:20), the policy gets an error (2:50)',
  'and is mended (3:10); an impatient person approves requests for which a rule still waits. Prometheus is built from pinned modules by',
  '`test/prometheus/build.mjs`; with `PROMETHEUS_BIN=/usr/bin` it is that of the Debian package.',
  '',
].join('\n');

if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, rendered);

const createdMetrics = () => createMetrics((name) => (name.startsWith('evil') ? 'other' : name));

const decidedEvent = (signerName: string, allowed: boolean) => {
  const rule = makeRule();
  const { decision } = decideFully(
    makeCase(allowed ? {} : { facts: { organizations: ['admins'] } }),
    makePolicy([rule]),
  );
  return { csr: makeCsr({ signerName }), facts: undefined, decision, durationMs: 20 };
};

const issuance = {
  csr: makeCsr({ signerName: 'example.com/mesh' }),
  code: undefined,
  message: undefined,
  certificate: undefined,
  approval: { reason: 'PolicyApproved', rule: 'mesh', policyHash: '3f9c1a2b' },
  policyHash: '3f9c1a2b',
  durationMs: 40,
} as const;

/** The samples of one metric, as `labels value`. */
const samples = (text: string, name: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => line.slice(name.length).trim());

const everyGauge: Required<Gauges> = {
  undecided: () => [{ labels: { outcome: 'wait' }, value: 2 }],
  undecidedOldest: () => [{ labels: { outcome: 'wait' }, value: 30 }],
  unissued: () => [{ labels: { signer: 'example.com/mesh' }, value: 1 }],
  unissuedOldest: () => [{ labels: { signer: 'example.com/mesh' }, value: 60 }],
  watchAge: () => [{ value: 3 }],
  policyGeneration: () => [{ value: 1 }],
  policyInfo: () => [{ labels: { hash: '3f9c1a2b' }, value: 1 }],
  policyLoadedAt: () => [{ value: 1 }],
  policyStale: () => [{ value: 0 }],
  paused: () => [{ value: 0 }],
  rightsMissing: () => [{ value: 0 }],
  caExpiry: () => [{ labels: { signer: 'example.com/mesh' }, value: 1 }],
  caBeginning: () => [{ labels: { signer: 'example.com/mesh' }, value: 1 }],
  caTroubles: () => [{ labels: { signer: 'example.com/mesh', code: 'CaUnreadable' }, value: 1 }],
  leader: () => [{ value: 1 }],
  buildInfo: () => [{ labels: { version: '1.2.3', node: 'v24.1.0' }, value: 1 }],
};

describe('metrics', () => {
  it('are what docs/metrics.md says', () => {
    expect(readFileSync(page, 'utf8')).toBe(rendered);
  });

  it('are all served, each with its help', async () => {
    const metrics = createdMetrics();
    metrics.measure(everyGauge);

    const text = await metrics.text();

    const helps = declared.map(({ name, help }) => `# HELP ${name} ${help}`);
    expect(helps.filter((help) => !text.includes(help))).toEqual([]);
    expect(text.match(/^# HELP /gm)).toHaveLength(declared.length);
  });

  it('have names and units as Prometheus wants them', () => {
    const odd = declared.filter(
      ({ name, kind }) =>
        !/^kube_csr_approver_[a-z_]+$/.test(name) ||
        name.endsWith('_total') !== (kind === 'counter'),
    );

    expect(odd).toEqual([]);
  });

  it('count decisions and their violations, and how long it took to write them', async () => {
    const metrics = createdMetrics();
    metrics.decided(decidedEvent('kubernetes.io/kube-apiserver-client', true));
    metrics.decided(decidedEvent('kubernetes.io/kube-apiserver-client', false));

    const text = await metrics.text();

    const signer = 'signer="kubernetes.io/kube-apiserver-client"';
    expect(samples(text, 'kube_csr_approver_decisions_total')).toEqual([
      `{rule="developers",outcome="approve",reason="PolicyApproved",${signer}} 1`,
      `{rule="developers",outcome="deny",reason="OrganizationNotAllowed",${signer}} 1`,
    ]);
    expect(samples(text, 'kube_csr_approver_violations_total')).toEqual([
      '{rule="developers",code="OrganizationNotAllowed"} 1',
    ]);
    expect(samples(text, 'kube_csr_approver_decision_duration_seconds_count')).toEqual([
      '{outcome="approve"} 1',
      '{outcome="deny"} 1',
    ]);
  });

  it('do not grow with the signer names and users that requesters make up', async () => {
    const metrics = createdMetrics();
    const tellAll = (number: number): void => {
      const signerName = `evil-${number}.example/a`;
      const requester = {
        username: `evil-${number}`,
        uid: `evil-${number}`,
        groups: [`evil-${number}`],
        extra: {},
      };
      const csr = makeCsr({ name: `evil-${number}`, signerName, requester });
      for (const allowed of [true, false]) {
        metrics.decided({ ...decidedEvent(signerName, allowed), csr });
      }
      for (const outcome of ['published', 'failed'] as const) {
        metrics.issued({ ...issuance, csr, outcome });
      }
      metrics.compared({ rule: 'developers', verdict: 'agrees' });
      metrics.decidedByOther({ rule: 'developers', verdict: 'agrees' });
    };
    tellAll(0);
    const before = (await metrics.text()).split('\n').length;
    for (let number = 1; number < 1000; number += 1) tellAll(number);

    const text = await metrics.text();

    expect(text.split('\n')).toHaveLength(before);
    expect(text).not.toContain('evil');
    expect(samples(text, 'kube_csr_approver_decisions_total')).toEqual([
      '{rule="developers",outcome="approve",reason="PolicyApproved",signer="other"} 1000',
      '{rule="developers",outcome="deny",reason="OrganizationNotAllowed",signer="other"} 1000',
    ]);
  });

  it('count what other approvers decided, and calls by verb', async () => {
    const metrics = createdMetrics();
    metrics.decidedByOther({ rule: 'developers', verdict: 'disagrees' });
    metrics.called({ verb: 'WATCH', code: '200' });

    const text = await metrics.text();

    expect(samples(text, 'kube_csr_approver_other_approver_decisions_total')).toEqual([
      '{rule="developers",verdict="disagrees"} 1',
    ]);
    expect(samples(text, 'kube_csr_approver_api_requests_total')).toEqual([
      '{verb="WATCH",code="200"} 1',
    ]);
  });

  it('count what became of approved requests', async () => {
    const metrics = createdMetrics();
    metrics.issued({ ...issuance, outcome: 'published' });
    metrics.issued({ ...issuance, outcome: 'waiting', code: 'CaExpired' });

    const text = await metrics.text();

    expect(samples(text, 'kube_csr_approver_issuances_total')).toEqual([
      '{outcome="published",reason="",signer="example.com/mesh"} 1',
      '{outcome="waiting",reason="CaExpired",signer="example.com/mesh"} 1',
    ]);
    expect(samples(text, 'kube_csr_approver_issuance_duration_seconds_count')).toEqual([
      '{signer="example.com/mesh"} 1',
    ]);
  });

  it('measure at each scrape, and forget what is no more', async () => {
    const metrics = createdMetrics();
    let waiting = [{ labels: { outcome: 'wait' }, value: 2 }];
    metrics.measure({ undecided: () => waiting });
    const before = samples(await metrics.text(), 'kube_csr_approver_undecided_requests');
    waiting = [];
    const after = samples(await metrics.text(), 'kube_csr_approver_undecided_requests');

    expect([before, after]).toEqual([['{outcome="wait"} 2'], []]);
  });
});
