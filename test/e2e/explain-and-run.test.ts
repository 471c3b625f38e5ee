// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCsr } from '../support/control-plane-requests.js';
import type { LogLine, RunningController } from '../support/running-controller.js';
import { decisionsOf, startCluster } from './cluster.js';
import { explain } from './explain-command.js';
import { developer, developersPolicy } from './policies.js';

const cluster = await startCluster();
const policyFile = await cluster.file('policy.yaml', await developersPolicy(cluster));

describe('explain of an object of the cluster', () => {
  const cases: Readonly<Record<string, { cn: string; o?: string[]; group?: string }>> = {
    'is-approved': { cn: 'jane', o: ['qa'] },
    'wrong-name': { cn: 'admin' },
    'wrong-name-and-group': { cn: 'admin', o: ['ops', 'qa'] },
    'not-spoken-of': { cn: 'jane', group: 'strangers' },
  };
  const asked: Record<string, string> = {};
  let controller: RunningController;
  let lines: ReadonlyMap<string, LogLine>;

  beforeAll(async () => {
    for (const [name, { cn, o = [], group }] of Object.entries(cases)) {
      const as = group === undefined ? developer('jane') : { user: 'jane', groups: [group] };
      await cluster.ask(name, { pem: await makeCsr({ cn, o }), as, expirationSeconds: 3600 });
      const { stdout } = await cluster.kubectl(['get', 'csr', name, '-o', 'yaml']);
      asked[name] = await cluster.file(`${name}.yaml`, stdout);
    }
    controller = cluster.run(['--policy-file', policyFile, '--controllers', 'approver']);
    const told = Object.keys(cases).map(async (csr): Promise<[string, LogLine]> => {
      return [csr, await controller.line('certificate request decided', { csr })];
    });
    lines = new Map(await Promise.all(told));
  });

  afterAll(() => controller.stop());

  const explained = async (name: string, file = asked[name] ?? ''): Promise<Explained> => {
    const { stdout } = await explain({ filename: file, policy: policyFile, output: 'json' });
    return JSON.parse(stdout) as Explained;
  };

  it.each(Object.keys(cases))('(%s) says what the controller then decided', async (name) => {
    const answer = await explained(name);

    const line = lines.get(name);
    expect({
      csr: answer.csr,
      decision: answer.decision,
      rule: answer.rule ?? undefined,
      reason: answer.reason,
      policyHash: answer.policyHash,
      requester: answer.requester.username,
      spkiSha256: answer.facts.spkiSha256,
    }).toEqual({
      csr: name,
      decision: line?.['decision'],
      rule: line?.['rule'],
      reason: line?.['reason'],
      policyHash: line?.['policyHash'],
      requester: line?.['requester'],
      spkiSha256: line?.['spkiSha256'],
    });
    const violated = (answer.rules[0]?.checks ?? []).filter(
      ({ outcome }) => outcome === 'violation',
    );
    const told = line?.['violations'] as readonly { code: string }[];
    expect(violated.map(({ code }) => code)).toEqual(told.map(({ code }) => code));
  });

  it('tells the requester what its condition then says', async () => {
    const answer = await explained('wrong-name-and-group');

    const [denied] = decisionsOf(await cluster.csr('wrong-name-and-group'));
    expect(denied?.reason).toBe(answer.reason);
    expect(denied?.message).toBe(
      `${answer.message}. This request is final; correct it and create a new one. [rule developers, policy ${answer.policyHash}]`,
    );
  });

  it('has the fields that its JSON promises, and no others', async () => {
    const answer = await explained('is-approved');

    expect(Object.keys(answer).toSorted()).toEqual(FIELDS);
    expect(answer).toMatchObject({
      apiVersion: 'kube-csr-approver/v1alpha1',
      kind: 'Explanation',
      signerName: 'kubernetes.io/kube-apiserver-client',
      state: 'pending',
      until: null,
    });
    const checks = answer.rules.flatMap((rule) => rule.checks);
    expect(checks.length).toBeGreaterThan(10);
    for (const check of checks) {
      expect(Object.keys(check)).toEqual(['code', 'ok', 'outcome', 'want', 'saw', 'source']);
    }
  });

  it('says in which state the object is when it was decided before', async () => {
    const { stdout } = await cluster.kubectl(['get', 'csr', 'wrong-name', '-o', 'json']);

    const answer = await explained('wrong-name', await cluster.file('decided.json', stdout));

    expect(answer).toMatchObject({ state: 'denied', decision: 'deny' });
  });

  it('says the same in YAML', async () => {
    const filename = asked['wrong-name'] ?? '';
    const { stdout } = await explain({ filename, policy: policyFile, output: 'yaml' });

    expect(stdout).toContain('\nkind: Explanation\n');
    expect(stdout).toContain('\ndecision: deny\n');
    expect(stdout).toContain('\nreason: CommonNameNotAllowed\n');
  });
});

/** In alphabetical order. */
const FIELDS = (
  'agrees apiVersion assumed awaitedSigner certificate createdAt csr decision expirationSeconds facts failure kind ' +
  'known message missingRights policyHash reason recorded refusal remedies requester review rule rules signerName ' +
  'state unmatched until usages'
).split(' ');

interface Explained {
  readonly csr: string;
  readonly decision: string;
  readonly rule: string | null;
  readonly reason: string;
  readonly message: string;
  readonly policyHash: string;
  readonly requester: { readonly username: string };
  readonly facts: { readonly spkiSha256: string };
  readonly rules: readonly {
    readonly checks: readonly { readonly code: string; readonly outcome: string }[];
  }[];
}
