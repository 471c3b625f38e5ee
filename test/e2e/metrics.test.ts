// SPDX-License-Identifier: Apache-2.0
// What a controller on a real API server tells Prometheus of itself: each metric has the value that a person would
// count, and no requester can make them more.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { METRICS } from '../../src/telemetry/metric-table.js';
import { freePorts } from '../support/control-plane-processes.js';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { eventually, untilTrue } from '../support/eventually.js';
import { describeWithJq } from '../support/jq.js';
import { opensslField } from '../support/openssl.js';
import { findPromtool } from '../support/promtool.js';
import type { RunningController } from '../support/running-controller.js';
import { startCluster, USER_SIGNER } from './cluster.js';
import { clientCaFiles, developer, hashOf } from './policies.js';
import { policyConfigMap } from './policy-config-map.js';

const DECIDED = 'certificate request decided';
const ISSUED = 'certificate issued';
const SERVING = 'kubernetes.io/kubelet-serving';
const PREFIX = 'kube_csr_approver_';
/** The watch shows a decision of another within milliseconds. */
const SOON_MS = 5_000;
const STARTED_AT_SECONDS = Math.floor(Date.now() / 1000);

const promtool = await findPromtool();
const cluster = await startCluster({ advertiseAddress: '10.1.0.100' });
const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  developers:
    match:
      signerName: ${USER_SIGNER}
      requester: { groups: ['oidc:dev-team'] }
    subject: { commonName: '{requester.username}' }
  candidate:
    mode: shadow
    match:
      signerName: ${USER_SIGNER}
      requester: { groups: ['oidc:dev-team'] }
    subject: { commonName: '{requester.username}' }
    lifetime: { max: 1h }
  nodes:
    preset: kubelet-serving
    sans: { dns: ['{node.name}'], ip: [10.1.0.0/16], owner: [node] }
signers:
  ${USER_SIGNER}:
    ca: ${await clientCaFiles(cluster)}
    lifetime: { default: 1h, max: 24h }
`;
const place = await policyConfigMap(cluster, 'metrics', { 'policy.yaml': policy });
const [metricsPort = 0, healthPort = 0] = await freePorts(2);
let controller: RunningController;

beforeAll(async () => {
  controller = cluster.run([
    '--policy-configmap=policies/metrics',
    `--metrics-addr=127.0.0.1:${metricsPort}`,
    `--health-addr=127.0.0.1:${healthPort}`,
  ]);
  await controller.line('policy loaded');
});

afterAll(async () => {
  await controller.stop();
});

const scrape = async (port = metricsPort): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

const samples = (...names: readonly string[]) => samplesAt(metricsPort, ...names);

/** The samples of the metrics with these names, less the prefix that all have. */
async function samplesAt(
  port: number,
  ...names: readonly string[]
): Promise<Readonly<Record<string, number>>> {
  const rows = (await scrape(port))
    .split('\n')
    .filter((line) => names.some((name) => new RegExp(`^${PREFIX}${name}[ {]`).test(line)))
    .map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(PREFIX.length, at), Number(line.slice(at + 1))] as const;
    });
  return Object.fromEntries(rows);
}

const settled = (what: string, name: string, expected: Readonly<Record<string, number>>) =>
  untilTrue(
    what,
    async () => {
      const found = await samples(name);
      return Object.entries(expected).every(([sample, value]) => found[sample] === value);
    },
    SOON_MS,
  );

const node = (name: string) => ({
  user: `system:node:${name}`,
  groups: ['system:nodes', 'system:authenticated'],
});

async function askToServe(name: string): Promise<void> {
  const pem = await makeCsr({
    cn: `system:node:${name}`,
    o: ['system:nodes'],
    dns: [name],
    ip: ['10.1.0.1'],
  });
  const usages = ['digital signature', 'server auth'];
  await cluster.ask(name, { pem, as: node(name), signerName: SERVING, usages });
}

async function decideByHand(name: string, verb: 'approve' | 'deny'): Promise<void> {
  const { code, stderr } = await cluster.kubectl(['certificate', verb, name]);
  if (code !== 0) throw new Error(stderr);
}

describe('the metrics of a controller', () => {
  it('count what was approved, denied, left and issued', async () => {
    for (const name of ['good-1', 'good-2']) {
      await cluster.ask(name, { as: developer('jane') });
      await controller.line(ISSUED, { csr: name });
    }
    await cluster.ask('bad', { as: developer('jane'), pem: await makeCsr({ cn: 'root' }) });
    await controller.line(DECIDED, { csr: 'bad' });
    await cluster.ask('stranger', { as: { user: 'eve', groups: [] } });
    await controller.line(DECIDED, { csr: 'stranger' });

    expect(await samples('decisions_total', 'violations_total')).toEqual({
      [`decisions_total{rule="developers",outcome="approve",reason="PolicyApproved",signer="${USER_SIGNER}"}`]: 2,
      [`decisions_total{rule="developers",outcome="deny",reason="CommonNameNotAllowed",signer="${USER_SIGNER}"}`]: 1,
      [`decisions_total{rule="",outcome="leave",reason="NoRuleMatches",signer="${USER_SIGNER}"}`]: 1,
      'violations_total{rule="developers",code="CommonNameNotAllowed"}': 1,
    });
    expect(await samples('issuances_total', 'shadow_comparisons_total')).toEqual({
      [`issuances_total{outcome="published",reason="",signer="${USER_SIGNER}"}`]: 2,
      'shadow_comparisons_total{rule="candidate",verdict="agrees"}': 3,
    });
    expect(
      await samples('decision_duration_seconds_count', 'issuance_duration_seconds_count'),
    ).toEqual({
      'decision_duration_seconds_count{outcome="approve"}': 2,
      'decision_duration_seconds_count{outcome="deny"}': 1,
      [`issuance_duration_seconds_count{signer="${USER_SIGNER}"}`]: 2,
    });
    // Creations are kept in whole seconds.
    expect(
      (await samples('decision_duration_seconds_sum'))[
        'decision_duration_seconds_sum{outcome="approve"}'
      ],
    ).toBeLessThan(2 * 3);
  });

  it('measure what waits, and what another approver made of it', async () => {
    await askToServe('worker-1');
    await askToServe('worker-2');
    await controller.line(DECIDED, { csr: 'worker-2', decision: 'wait' });

    expect(await samples('undecided_requests')).toEqual({
      'undecided_requests{outcome="unjudged"}': 0,
      'undecided_requests{outcome="wait"}': 2,
      'undecided_requests{outcome="review"}': 0,
      'undecided_requests{outcome="leave"}': 0,
      'undecided_requests{outcome="unmatched"}': 1,
    });
    const { 'undecided_oldest_seconds{outcome="wait"}': ageSeconds = -1 } = await samples(
      'undecided_oldest_seconds',
    );
    expect(ageSeconds).toBeGreaterThanOrEqual(0);
    expect(ageSeconds).toBeLessThan(Date.now() / 1000 - STARTED_AT_SECONDS + 1);

    await decideByHand('worker-1', 'approve');
    await decideByHand('worker-2', 'deny');
    await decideByHand('stranger', 'approve');

    const disagreement = await controller.line('another approver disagrees');
    expect(disagreement).toMatchObject({
      level: 'warn',
      csr: 'worker-1',
      rule: 'nodes',
      judged: 'wait',
      decided: 'approve',
      reason: 'KubectlApprove',
      policyHash: hashOf(policy),
    });
    await settled('counted', 'other_approver_decisions_total', {
      'other_approver_decisions_total{rule="nodes",verdict="disagrees"}': 1,
      'other_approver_decisions_total{rule="nodes",verdict="undecided"}': 1,
    });
    expect(Object.keys(await samples('other_approver_decisions_total'))).toHaveLength(2);
  });

  it('measure what was approved and has no certificate, whoever is to sign it', async () => {
    const signerName = 'nobody.example/at-all';
    await cluster.ask('unsigned', { signerName, usages: ['client auth'] });
    await decideByHand('unsigned', 'approve');

    await settled('measured', 'approved_not_issued_requests', {
      'approved_not_issued_requests{signer="other"}': 1,
      [`approved_not_issued_requests{signer="${SERVING}"}`]: 1,
    });
    const { 'approved_not_issued_oldest_seconds{signer="other"}': ageSeconds = -1 } = await samples(
      'approved_not_issued_oldest_seconds',
    );
    expect(ageSeconds).toBeGreaterThanOrEqual(0);
    expect(ageSeconds).toBeLessThan(SOON_MS / 1000);
  });

  it('say how it stands with policy, CA, leader, watch and rights', async () => {
    const caPem = cluster.plane.clientCa.certPem;
    const secondsOf = async (option: '-startdate' | '-enddate'): Promise<number> => {
      const [, date = ''] = (await opensslField(option, caPem)).split('=');
      return Date.parse(date) / 1000;
    };

    expect(
      await samples('policy_(stale|info|generation)', 'paused', 'leader', 'rights_missing'),
    ).toEqual({
      policy_stale: 0,
      [`policy_info{hash="${hashOf(policy)}"}`]: 1,
      policy_generation: 1,
      paused: 0,
      leader: 1,
      rights_missing: 0,
    });
    expect(await samples('ca_.*')).toEqual({
      [`ca_not_after_timestamp_seconds{signer="${USER_SIGNER}"}`]: await secondsOf('-enddate'),
      [`ca_not_before_timestamp_seconds{signer="${USER_SIGNER}"}`]: await secondsOf('-startdate'),
    });
    const { watch_age_seconds: ageSeconds = -1, policy_loaded_timestamp_seconds: loadedAt = 0 } =
      await samples('watch_age_seconds', 'policy_loaded_timestamp_seconds');
    expect(ageSeconds).toBeGreaterThanOrEqual(0);
    expect(ageSeconds).toBeLessThan(60);
    expect(loadedAt).toBeGreaterThanOrEqual(STARTED_AT_SECONDS);
    expect(loadedAt).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it('count the calls to the API server, and the versions that make them', async () => {
    const calls = await samples('api_requests_total');

    // Two approvals, one denial, two certificates.
    expect(calls['api_requests_total{verb="PATCH",code="200"}']).toBeGreaterThanOrEqual(5);
    expect(calls['api_requests_total{verb="WATCH",code="200"}']).toBeGreaterThanOrEqual(2);
    const [build = ''] = Object.keys(await samples('build_info'));
    expect(build).toMatch(/^build_info\{version="\d+\.\d+\.\d+",node="v\d+\.\d+\.\d+"\}$/);
  });

  it('do not grow, whatever names a thousand requesters make up', async () => {
    const pem = await makeCsr({ cn: 'evil' });
    const signerNames = Array.from({ length: 1000 }, (_, number) => `evil-${number}.example/x`);
    const ask = (signerName: string, number: number) =>
      cluster.ask(`evil-${number}`, {
        pem,
        signerName,
        as: { user: `evil-${number}`, groups: [] },
      });
    await ask('evil.example/first', 1000);
    await controller.line(DECIDED, { csr: 'evil-1000' });
    const before = (await scrape()).split('\n').length;

    while (signerNames.length > 0) {
      const left = signerNames.length;
      await Promise.all(signerNames.splice(0, 20).map((name, at) => ask(name, left - at - 1)));
    }
    await settled('all judged', 'undecided_requests', {
      'undecided_requests{outcome="unmatched"}': 1001,
    });

    const text = await scrape();
    expect(text).not.toContain('evil');
    expect(text.split('\n')).toHaveLength(before);
  }, 60_000);

  it('say that the policy is stale, and by which one is decided', async () => {
    await place.write({ 'policy.yaml': policy.replace('subject:', 'subjects:') });
    await controller.line('policy refused');

    expect(await samples('policy_.*')).toMatchObject({
      policy_stale: 1,
      [`policy_info{hash="${hashOf(policy)}"}`]: 1,
      policy_generation: 1,
      'policy_loads_total{result="loaded"}': 1,
      'policy_loads_total{result="refused"}': 1,
    });

    const next = policy.replace('max: 1h', 'max: 2h');
    await place.write({ 'policy.yaml': next });
    await controller.line('policy loaded', { policyHash: hashOf(next) });

    expect(await samples('policy_(stale|info|generation|loads_total)')).toEqual({
      policy_stale: 0,
      [`policy_info{hash="${hashOf(next)}"}`]: 1,
      policy_generation: 2,
      'policy_loads_total{result="loaded"}': 2,
      'policy_loads_total{result="refused"}': 1,
    });
  });

  it('say that it is paused, and what nobody looks at meanwhile', async () => {
    await cluster.api.delete(CSR_PATH);
    await place.pause('true');
    await controller.line('paused');
    await cluster.ask('during', { as: developer('jane') });

    await settled('seen', 'undecided_requests', { 'undecided_requests{outcome="unjudged"}': 1 });
    expect(await samples('paused')).toEqual({ paused: 1 });

    await place.pause(null);
    await controller.line(ISSUED, { csr: 'during' });
    expect(await samples('paused', 'undecided_requests')).toMatchObject({
      paused: 0,
      'undecided_requests{outcome="unjudged"}': 0,
    });
  });

  it('are all there by now, each with its help', async () => {
    const text = await scrape();

    const missing = Object.values(METRICS).filter(
      ({ name, help, kind }) => !text.includes(`# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`),
    );
    expect(missing).toEqual([]);
  });
});

describe('the metrics of a controller', () => {
  /** Another controller; killed at the end of the file. */
  async function start(flags: readonly string[]): Promise<readonly [number, RunningController]> {
    const [port = 0] = await freePorts(1);
    const other = cluster.run([`--metrics-addr=127.0.0.1:${port}`, ...flags]);
    await other.line('policy loaded');
    return [port, other];
  }

  it('that only signs say nothing of what it does not decide, and what is wrong with its CA', async () => {
    const missing = JSON.stringify({ files: { cert: '/nowhere.crt', key: '/nowhere.key' } });
    const text = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
signers:
  example.com/mesh: { ca: ${missing}, allow: { usages: [client auth] } }
`;
    const file = await cluster.file('signer.yaml', text);
    const [port, signer] = await start([`--policy-file=${file}`, '--controllers=signer']);
    await signer.line('CA not usable');

    expect(await samplesAt(port, 'undecided_.*', 'ca_.*', 'leader')).toEqual({
      'ca_troubles{signer="example.com/mesh",code="CaUnreadable"}': 1,
      leader: 1,
    });
  });

  it('that does not lead say so: to it nothing is judged', async () => {
    const flags = ['--policy-configmap=policies/metrics', '--leader-elect=true', '--lease=metrics'];
    await cluster.ask('left', { as: { user: 'eve', groups: [] } });
    const [leaderPort, leader] = await start([...flags, '--namespace=policies']);
    await leader.line('leading');
    await leader.line(DECIDED, { csr: 'left' });
    const [port] = await start([...flags, '--namespace=policies']);
    const left = { 'undecided_requests{outcome="unmatched"}': 1 };
    const unjudged = { 'undecided_requests{outcome="unjudged"}': 1 };

    await untilTrue('seen', async () => {
      const { 'undecided_requests{outcome="unjudged"}': seen } = await samplesAt(
        port,
        'undecided_requests',
      );
      return seen === 1;
    });
    expect(await samplesAt(port, 'leader', 'undecided_requests')).toMatchObject({
      leader: 0,
      ...unjudged,
    });
    expect(await samplesAt(leaderPort, 'leader', 'undecided_requests')).toMatchObject({
      leader: 1,
      ...left,
    });
  });
});

promtool.describe('promtool', () => {
  it('finds nothing to say about them', async () => {
    const checked = await promtool.run(['check', 'metrics'], await scrape());

    expect(checked).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describeWithJq()('the questions of the runbooks to the log', () => {
  const RUNBOOKS = join(import.meta.dirname, '../../docs/runbooks');
  /** Of what has not happened in this run nothing is to be found. */
  const ANSWERED = [
    'another-approver-disagrees.md',
    'ca-near-end.md',
    'denials-spike.md',
    'paused.md',
    'policy-stale.md',
  ];
  const questions = readdirSync(RUNBOOKS).flatMap((page) =>
    Array.from(
      readFileSync(join(RUNBOOKS, page), 'utf8').matchAll(
        /^kubectl -n kube-csr-approver logs -l \S+ --tail=-1 --since=\w+ \|\n {2}jq -c '([^']+)'$/gm,
      ),
      ([, question = '']) => [page, question] as const,
    ),
  );

  it('are there for most of the alerts', () => {
    expect(new Set(questions.map(([page]) => page)).size).toBeGreaterThanOrEqual(10);
  });

  const ask = (question: string) =>
    spawnSync('jq', ['-c', question], { input: controller.text(), encoding: 'utf8' });

  it.each(questions)('%s: %s', (_, question) => {
    const { status, stderr } = ask(question);

    expect([status, stderr]).toEqual([0, '']);
  });

  it.each(questions.filter(([page]) => ANSWERED.includes(page)))(
    '%s: %s, with an answer',
    (_, question) => {
      expect(ask(question).stdout).not.toBe('');
    },
  );

  it('and to the cluster: who may approve', async () => {
    const text = readFileSync(join(RUNBOOKS, 'another-approver-disagrees.md'), 'utf8');
    const [, question = ''] = /get clusterroles -o json \|\n {2}jq -r '([^']+)'$/m.exec(text) ?? [];
    const roles = await cluster.kubectl(['get', 'clusterroles', '-o', 'json']);

    const { stdout } = spawnSync('jq', ['-r', question], { input: roles.stdout, encoding: 'utf8' });
    const asked = 'signers.certificates.k8s.io/kubernetes.io/kubelet-serving';
    const answer = await cluster.kubectl(['auth', 'can-i', 'approve', asked, '--as=jane']);

    expect(stdout.split('\n')).toContain('cluster-admin');
    expect(stdout).not.toContain('system:node-bootstrapper');
    expect(answer.stdout).toBe('no\n');
  });
});

describe('probes', () => {
  const LINE = /^\[[+-]\][\w/.-]+ (ok|failed: .*)$/;

  it.each(['livez', 'readyz'])('answer /%s as kube-apiserver does', async (probe) => {
    const ours = async (query: string) => {
      const response = await fetch(`http://127.0.0.1:${healthPort}/${probe}${query}`);
      return { status: response.status, text: await response.text() };
    };
    const theirs = async (query: string) => {
      const { status, text } = await cluster.api.get(`/${probe}${query}`);
      return { status, text };
    };
    await eventually('ready', async () => ((await ours('')).status === 200 ? true : undefined));

    expect(await ours('')).toEqual(await theirs(''));
    const shapes = await Promise.all([ours('?verbose'), theirs('?verbose')]);
    for (const { status, text } of shapes) {
      const lines = text.split('\n');
      expect([status, lines[0], ...lines.slice(-2)]).toEqual([
        200,
        '[+]ping ok',
        `${probe} check passed`,
        '',
      ]);
      expect(lines.slice(0, -2).filter((line) => !LINE.test(line))).toEqual([]);
    }
  });
});
