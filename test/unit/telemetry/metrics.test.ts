// SPDX-License-Identifier: Apache-2.0
// docs/metrics.md is written from the table of metrics. UPDATE_DOCS=1 writes the page anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type DeclaredMetric, METRICS } from '../../../src/telemetry/metric-table.js';
import { createMetrics, type Gauges } from '../../../src/telemetry/metrics.js';
import { decideFully, makeCase, makeCsr, makePolicy, makeRule } from '../../support/decide.js';

const page = new URL('../../../docs/metrics.md', import.meta.url);

const declared: readonly DeclaredMetric[] = Object.values(METRICS);

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
      const requester = { username: `evil-${number}`, uid: `evil-${number}`, groups: [`evil-${number}`], extra: {} };
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
