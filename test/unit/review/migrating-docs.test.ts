// SPDX-License-Identifier: Apache-2.0
// docs/migrating.md speaks of every setting of the programs that it names, as of the versions that it names, and shows
// policies that are examples with tests of their own.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { policyTestText } from '../../../src/review/policy-test-text.js';
import { examplesOf, projectRoot } from '../../support/readme-examples.js';
import { reportOfFiles } from '../../support/policy-tests.js';
import { expectOurs } from '../decide/kubelet-peer-case.js';
import { decideOn, serving, type World } from '../decide/kubelet-peers.js';
import { loadedFrom } from '../policy/good-policy.js';
import { lintOf } from './lint-quiet-policy.js';

const page = readFileSync(join(projectRoot, 'docs/migrating.md'), 'utf8');

const sectionOf = (program: string): string =>
  page.split(/^## /m).find((text) => text.startsWith(`${program}\n`)) ?? '';

/** The policy that a section shows. */
const shownFor = (program: string): string =>
  /^```yaml\n([^]*?)^```$/m.exec(sectionOf(program))?.[1] ?? '';

/** First cells of the tables of settings, which end with a column `here`. */
const settingsIn = (program: string): string =>
  [...sectionOf(program).matchAll(/^\|[^|]*setting[^|]*\| here \|\n\|---\|---\|\n((?:\|.*\n)+)/gm)]
    .flatMap(([, rows = '']) => rows.split('\n').map((row) => row.split('|')[1] ?? ''))
    .join('\n');

const warningsOf = (policy: string): readonly string[] =>
  lintOf(policy)
    .filter(({ level }) => level !== 'note')
    .map(({ code }) => code);

/** The same policy, with bounds no more. */
const unbounded = (policy: string): string => policy.replaceAll(/^ {4}sans:\n(?: {6}.*\n)+/gm, '');

const LEASES = ['lease-duration', 'renew-deadline', 'retry-period'].map(
  (each) => `--leader-elect-${each}`,
);

/** By program: its example, and every setting that it has. */
const programs = {
  'kube-controller-manager': {
    example: 'kubeadm',
    settings: [
      '--controllers',
      'csrapproving',
      'certificatesigningrequest-approving-controller',
      'nodeclient',
      'selfnodeclient',
      '--use-service-account-credentials',
      '--kubeconfig',
      '--master',
      '--leader-elect',
      '--leader-elect-resource-name',
      '--leader-elect-resource-namespace',
      ...LEASES,
      '--kube-api-qps',
      '--kube-api-burst',
      '--min-resync-period',
      '--v',
      '--cluster-signing-',
    ],
  },
  'kubelet-csr-approver': {
    example: 'kubelet-csr-approver',
    settings: [
      'level',
      'metrics-bind-address',
      'health-probe-bind-address',
      'leader-election',
      'provider-regex',
      'max-expiration-sec',
      'bypass-dns-resolution: true',
      'bypass-dns-resolution: false',
      'bypass-hostname-check',
      'ignore-non-system-node: true',
      'ignore-non-system-node: false',
      'skip-deny-step: true',
      'skip-deny-step: false',
      'allowed-dns-names',
      'provider-ip-prefixes',
      'kubeconfig',
    ],
  },
  'kubelet-serving-cert-approver': {
    example: 'kubelet-serving-cert-approver',
    settings: [
      '--debug',
      '--enable-leader-election',
      '--namespace',
      'DEBUG',
      'NAMESPACE',
      'KUBECONFIG',
    ],
  },
  'cluster-machine-approver': {
    example: 'cluster-machine-approver',
    settings: [
      '--config',
      'nodeClientCert.disabled',
      '--api-group-version',
      '--apigroup',
      '--management-cluster-kubeconfig',
      '--workload-cluster-kubeconfig',
      '--machine-namespace',
      '--disable-status-controller',
      '--max-concurrent-reconciles',
      '--leader-elect',
      '--leader-elect-resource-name',
      '--leader-elect-resource-namespace',
      ...LEASES,
      'METRICS_PORT',
      'METRICS_BIND_ADDRESS',
      'RELEASE_VERSION',
      '-v',
      '--logtostderr',
    ],
  },
};

/** Values of the chart of kubelet-csr-approver, outermost names. */
const CHART_VALUES: readonly string[] = `
  global providerRegex maxExpirationSeconds bypassDnsResolution allowedDnsNames ignoreNonSystemNode skipDenyStep
  bypassHostnameCheck providerIpPrefixes loggingLevel leaderElection replicas namespace image imagePullSecrets
  nameOverride fullnameOverride metrics serviceAccount podAnnotations podLabels priorityClassName podSecurityContext
  securityContext resources nodeSelector tolerations affinity rbac env dnsPolicy dnsConfig extraObjects`
  .trim()
  .split(/\s+/);

describe.each(Object.entries(programs))(
  'docs/migrating.md: %s',
  (program, { example, settings }) => {
    it.each(settings)('has a row for %s', (setting) => {
      // Whole words: `--leader-elect` is not there because `--leader-elect-lease-duration` is.
      const found = [...settingsIn(program).matchAll(/[\w.-]+(: (true|false))?/g)].flatMap(
        ([word]) => [word, word.replace(/: .*/, '')],
      );

      expect(found.map((word) => word.replace(/…$/, ''))).toContain(setting);
    });

    it('shows the policy of its example, which has tests', () => {
      const text = readFileSync(join(projectRoot, `examples/${example}/policy.yaml`), 'utf8');
      const bare = text
        .split('\n')
        .filter((line) => !/^\s*(#|$)/.test(line))
        .join('\n');

      expect(shownFor(program)).toBe(`${bare}\n`);
      expect(page).toContain(`[examples/${example}](../examples/${example})`);
    });

    it('shows a policy of which lint does not warn', () => {
      expect(warningsOf(shownFor(program))).toEqual([]);
    });

    it('names issues or advisories for what is different', () => {
      const [, rows = ''] = /^\| there \| here \| see \|\n\|.*\n((?:\|.*\n)+)/m.exec(
        sectionOf(program),
      ) ?? [undefined];

      expect(rows).toMatch(/https:\/\/github\.com\/[\w/-]+\/issues\/\d+/);
    });
  },
);

describe('docs/migrating.md', () => {
  it('has a row for every value of the chart of kubelet-csr-approver', () => {
    const section = sectionOf('kubelet-csr-approver');
    const cells = section
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split('|')[1] ?? '')
      .join('\n');
    const named = [...cells.matchAll(/[A-Za-z]+/g)].map(([word]) => word);

    expect(CHART_VALUES.filter((value) => !named.includes(value))).toEqual([]);
  });

  it.each(['kubelet-serving-cert-approver', 'cluster-machine-approver'])(
    'tells the truth about the warning without bounds: %s',
    (program) => {
      expect(sectionOf(program)).toContain('[SelfReportedOnly]');
      expect(warningsOf(unbounded(shownFor(program)))).toEqual(['SelfReportedOnly']);
    },
  );

  it('runs the tests of all four policies, and all pass', async () => {
    const [{ command } = { command: '' }] = examplesOf('docs/migrating.md');
    const [program, verb, ...files] = command.split(/\s+/);
    const report = await reportOfFiles(files);

    expect([program, verb]).toEqual(['csr-approver', 'test']);
    expect(files).toEqual(
      Object.values(programs).map(({ example }) => `examples/${example}/test.yaml`),
    );
    expect(policyTestText(report)).toMatch(/\n\d\d passed, 0 failed\n$/);
  });
});

describe('docs/migrating.md: kubelet-csr-approver with its denials', () => {
  const row = sectionOf('kubelet-csr-approver')
    .split('\n')
    .find((line) => line.includes('`skip-deny-step: false`'));
  const [, denials = ''] = /`(onViolation: .*?)`/.exec(row ?? '') ?? [];
  const denying = `${shownFor('kubelet-csr-approver')}    ${denials}\n`;

  const NAME = 'worker-1.corp.example';
  const world: World = {
    nodes: { [NAME]: { addresses: { Hostname: [NAME], InternalIP: ['10.0.0.7'] } } },
    dns: { [NAME]: ['10.0.0.7'] },
  };
  const { policy } = loadedFrom(denying);

  it('lint warns as the page says', () => {
    expect(sectionOf('kubelet-csr-approver')).toContain('[KubeletsDenied]');
    expect(warningsOf(denying)).toEqual(['KubeletsDenied', 'KubeletsDenied']);
  });

  it('a name that resolves to the node is approved', () => {
    const asked = serving(NAME, { dns: [NAME], ip: ['10.0.0.7'] });

    expectOurs(decideOn(asked, policy, world), 'approve');
  });

  it('a name outside the bounds is denied', () => {
    const asked = serving(NAME, { dns: ['auth.corp.example'] });

    expectOurs(decideOn(asked, policy, world), ['deny', 'DnsNameNotAllowed']);
  });

  it('DNS that does not answer denies nobody, however long', () => {
    const asked = serving(NAME, { dns: [NAME], ip: ['10.0.0.7'] });
    const silent: World = { ...world, dns: { [NAME]: 'down' } };
    const outcomes = [0, 11, 60].map(
      (minutes) =>
        decideOn(asked, policy, silent, Date.UTC(2026, 10, 22, 12, minutes)).outcome.kind,
    );

    expect(outcomes).not.toContain('deny');
    expect(outcomes[0]).toBe('wait');
  });
});
