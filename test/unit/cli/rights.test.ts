// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AskRight } from '../../../src/cli/ask-rights.js';
import { type RightsWatch, watchRights } from '../../../src/cli/rights.js';
import type { LoadedPolicy } from '../../../src/policy/load-policy.js';
import { rightText } from '../../../src/review/right-text.js';
import { createLog } from '../../../src/telemetry/log.js';
import { ManualClock } from '../../support/manual-clock.js';
import { loadedFrom } from '../policy/good-policy.js';

const policyOf = (rule: string): LoadedPolicy =>
  loadedFrom(`apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nrules:\n  a: { ${rule} }\n`);
const joining = policyOf('preset: kubelet-client');
const joiningNamed = policyOf('preset: kubelet-client, match: { nodes: [a] }');
const serving = policyOf('preset: kubelet-serving');

const APPROVE_JOINING =
  'approve signers.certificates.k8s.io "kubernetes.io/kube-apiserver-client-kubelet"';
const APPROVE_SERVING = 'approve signers.certificates.k8s.io "kubernetes.io/kubelet-serving"';
/** What a controller that approves for these signers holds, and nothing that would be told as too much. */
const holding =
  (...approvals: readonly string[]) =>
  (right: string): boolean =>
    approvals.includes(right) || !/signers|secrets|^delete|\*/.test(right);

interface Line {
  readonly level: string;
  readonly message: string;
  readonly rights?: readonly string[];
  readonly detail?: string;
}

let clock: ManualClock;
let loaded: LoadedPolicy | undefined;
let listeners: Set<(policy: LoadedPolicy) => void>;
let holds: (right: string) => boolean;
let answer: Awaited<ReturnType<AskRight>> | undefined;
let asked: string[];
let lines: Line[];
let watch: RightsWatch;
let stop: AbortController;
let stopped: Promise<void>;

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
};
const load = async (policy: LoadedPolicy): Promise<void> => {
  loaded = policy;
  for (const listener of listeners) listener(policy);
  await settled();
};
const pass = async (ms: number): Promise<void> => {
  clock.advance(ms);
  await settled();
};
const messages = () => lines.map(({ message }) => message);

beforeEach(() => {
  clock = new ManualClock();
  loaded = undefined;
  listeners = new Set();
  holds = holding(APPROVE_JOINING);
  answer = undefined;
  asked = [];
  lines = [];
  stop = new AbortController();
  watch = watchRights({
    ask: (right) => {
      asked.push(rightText(right));
      return Promise.resolve(answer ?? { kind: 'known', allowed: holds(rightText(right)) });
    },
    policy: {
      current: () => loaded,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    shape: {
      controllers: ['approver', 'signer'],
      namespace: 'ns',
      lease: undefined,
      policyPlace: undefined,
    },
    clock,
    log: createLog('info', { write: (line) => void lines.push(JSON.parse(line) as Line) }),
  });
  stopped = watch.start(stop.signal);
});

afterEach(async () => {
  stop.abort();
  await stopped;
});

describe('at start', () => {
  it('nothing is asked in the moments that a policy takes', async () => {
    await pass(1_999);

    expect(asked).toEqual([]);
    expect(watch.readyCheck.problem()).toBe('not all known yet, since no policy was loaded');
  });

  it('without a policy it is not ready, and the rights that every policy needs are looked at', async () => {
    holds = (right) => !right.startsWith('watch');
    await pass(2_000);

    expect(watch.readyCheck.problem()).toBe(
      'missing: watch certificatesigningrequests.certificates.k8s.io',
    );
    holds = holding(APPROVE_JOINING);
    await pass(1_000);
    expect(watch.readyCheck.problem()).toBe('not all known yet, since no policy was loaded');
    await load(joining);
    expect(watch.readyCheck.problem()).toBeUndefined();
  });

  it('is ready when every right is there', async () => {
    await load(joining);

    expect(watch.readyCheck.problem()).toBeUndefined();
    expect(watch.missing()).toEqual([]);
    expect(asked).toContain(APPROVE_JOINING);
  });

  it('is not ready without a right, and names it once', async () => {
    holds = holding();
    await load(joining);
    await pass(60_000);

    expect(watch.readyCheck.problem()).toBe(`missing: ${APPROVE_JOINING}`);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: 'rights missing',
        rights: [APPROVE_JOINING],
      }),
    ]);
  });

  it('is ready soon after it was given the right', async () => {
    holds = holding();
    await load(joining);
    holds = holding(APPROVE_JOINING);
    await pass(1_000);

    expect(watch.readyCheck.problem()).toBeUndefined();
    expect(messages()).toEqual(['rights missing', 'rights complete']);
  });

  it('asks ever more seldom, and at least every half minute', async () => {
    holds = holding();
    await load(joining);
    const times: number[] = [];
    for (let second = 1; second <= 120; second += 1) {
      const before = asked.length;
      await pass(1_000);
      if (asked.length > before) times.push(second);
    }

    expect(times).toEqual([1, 3, 7, 15, 31, 61, 91]);
  });

  it('is not ready while nobody can say, and asks again', async () => {
    answer = { kind: 'unavailable', message: 'connect ECONNREFUSED' };
    await load(joining);
    expect(watch.readyCheck.problem()).toBe('could not be asked for: connect ECONNREFUSED');

    answer = undefined;
    await pass(1_000);

    expect(watch.readyCheck.problem()).toBeUndefined();
    expect(messages()).toEqual(['rights not known']);
  });

  it('is ready where it may not even ask, and says that it does not know', async () => {
    answer = { kind: 'refused', message: 'forbidden' };
    await load(joining);

    expect(watch.readyCheck.problem()).toBeUndefined();
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', message: 'rights not known', detail: 'forbidden' }),
    ]);
  });

  it('warns of dangerous rights that are not needed, once', async () => {
    holds = (right) => holding(APPROVE_JOINING)(right) || right === 'list secrets';
    await load(joining);
    await load(serving);

    expect(lines.filter(({ message }) => message === 'rights not needed')).toEqual([
      expect.objectContaining({
        level: 'warn',
        rights: ['list secrets'],
      }),
    ]);
  });
});

describe('after a later load', () => {
  beforeEach(async () => {
    await load(joining);
    asked.length = 0;
    lines.length = 0;
  });

  it('nothing is asked when the policy needs what it needed', async () => {
    await load(joiningNamed);
    await pass(60_000);

    expect(asked).toEqual([]);
  });

  it('a right that is missing is told at once, and readiness stays', async () => {
    holds = holding(APPROVE_JOINING);
    await load(serving);

    expect(watch.missing().map(rightText)).toEqual([APPROVE_SERVING]);
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', message: 'rights missing' })]);
    expect(watch.readyCheck.problem()).toBeUndefined();
  });

  it('the end of it is told when the right is there', async () => {
    await load(serving);
    holds = holding(APPROVE_SERVING);
    await pass(1_000);

    expect(watch.missing()).toEqual([]);
    expect(messages()).toEqual(['rights missing', 'rights complete']);
  });

  it('another policy that does not need it ends the trouble', async () => {
    holds = holding(APPROVE_JOINING);
    await load(serving);
    await load(joining);

    expect(watch.missing()).toEqual([]);
    expect(messages()).toEqual(['rights missing', 'rights complete']);
  });
});
