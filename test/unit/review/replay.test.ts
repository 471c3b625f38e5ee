import { describe, expect, it } from '@jest/globals';
import type { Known, NodeFacts } from '../../../src/decide/evidence.js';
import type { CompiledPolicy } from '../../../src/decide/rule.js';
import type { Resolve } from '../../../src/decide/settle.js';
import { forThePast } from '../../../src/evidence/past.js';
import type { CsrCondition, CsrObject } from '../../../src/request/csr-object.js';
import type { RequestFacts } from '../../../src/request/facts.js';
import { replay, type ReplayQuestion } from '../../../src/review/replay.js';
import { replayText } from '../../../src/review/replay-text.js';
import type { Replay } from '../../../src/review/replayed.js';
import {
  type Answers,
  answerWith,
  down,
  makeCsr,
  makeFacts,
  makePolicy,
  makeRule,
  makeServingCase,
  makeServingFacts,
  makeServingRule,
  nodeIs,
  NOW_MS,
  WORKER,
} from '../../support/decide.js';

const condition = (type: string, reason: string, message: string): CsrCondition => ({
  type,
  status: 'True',
  reason,
  message,
  lastUpdateTime: undefined,
  raw: {},
});

const approved = condition('Approved', 'PolicyApproved', 'rule developers, policy 00000000');
const denied = condition(
  'Denied',
  'LifetimeTooLong',
  'too long. This request is final; correct it and create a new one. [rule developers, policy 00000000]',
);

/** The candidate approves up to two hours; the request asks for one. */
const candidate = makePolicy([makeRule({ lifetime: { maxSeconds: 7200 } })]);
const stricter = makePolicy([makeRule({ lifetime: { maxSeconds: 600 } })]);

async function run(
  requests: readonly CsrObject[],
  change: {
    candidate?: CompiledPolicy;
    against?: CompiledPolicy;
    answers?: Answers;
    facts?: RequestFacts;
    signal?: AbortSignal;
  } = {},
): Promise<Replay | undefined> {
  const resolve: Resolve = (need) => Promise.resolve(answerWith(change.answers ?? {})(need));
  const question: ReplayQuestion = {
    candidate: change.candidate ?? candidate,
    against: change.against,
    read: () => ({ ok: true, value: change.facts ?? makeFacts() }),
    resolve,
    resolvePast: forThePast(resolve),
    nowMs: NOW_MS,
    onProgress: () => {},
    signal: change.signal ?? new AbortController().signal,
  };
  return replay(requests, question);
}

const verdictOf = async (...args: Parameters<typeof run>): Promise<string> => {
  const { same = 0, different = 0 } = (await run(...args)) ?? {};
  return same === 1 ? 'same' : different === 1 ? 'different' : 'unknown';
};

const csr = (...conditions: CsrCondition[]): CsrObject => makeCsr({ conditions });
const serving = (...conditions: CsrCondition[]): CsrObject =>
  makeServingCase({ csr: { conditions } }).csr;
const servingPolicy = makePolicy([makeServingRule()]);
const onNode = (node: Known<NodeFacts | undefined>) => ({
  candidate: servingPolicy,
  facts: makeServingFacts(),
  answers: { node },
});

describe('a candidate against what was decided', () => {
  const cases: Readonly<Record<string, { args: Parameters<typeof run>; verdict: string }>> = {
    'approves what was approved': { args: [[csr(approved)]], verdict: 'same' },
    'approves what was denied': { args: [[csr(denied)]], verdict: 'different' },
    'denies what was approved': {
      args: [[csr(approved)], { candidate: stricter }],
      verdict: 'different',
    },
    'denies what was denied': { args: [[csr(denied)], { candidate: stricter }], verdict: 'same' },
    'approves what is pending': { args: [[csr()]], verdict: 'different' },
    'leaves what is pending': { args: [[csr()], { candidate: makePolicy([]) }], verdict: 'same' },
    'leaves what was approved': {
      args: [[csr(approved)], { candidate: makePolicy([]) }],
      verdict: 'different',
    },
    'puts before a person what is pending': {
      args: [[csr()], { candidate: makePolicy([makeRule({ mode: 'review' })]) }],
      verdict: 'same',
    },
    'has only a shadow rule for what is pending': {
      args: [[csr()], { candidate: makePolicy([makeRule({ mode: 'shadow' })]) }],
      verdict: 'same',
    },
    'needs an answer that nobody has': {
      args: [[csr(approved)], { answers: { everything: down } }],
      verdict: 'unknown',
    },
    'needs such an answer, but denies whatever it is': {
      args: [[csr(approved)], { candidate: stricter, answers: { everything: down } }],
      verdict: 'different',
    },
    'looks at a Node that is there': {
      args: [[serving(approved)], onNode(nodeIs(WORKER))],
      verdict: 'same',
    },
    'looks at a Node that is gone': {
      args: [[serving(approved)], onNode(nodeIs(undefined))],
      verdict: 'unknown',
    },
    'looks at a Node that lists something else by now': {
      args: [[serving(approved)], onNode(nodeIs({ ...WORKER, addresses: [] }))],
      verdict: 'unknown',
    },
    'waits for a Node that a pending request does not have': {
      args: [[serving()], onNode(nodeIs(undefined))],
      verdict: 'same',
    },
  };

  it.each(Object.entries(cases))('that %s', async (_, { args, verdict }) => {
    expect(await verdictOf(...args)).toBe(verdict);
  });

  it('names what is missing', async () => {
    const gone = await run([serving(approved)], onNode(nodeIs(undefined)));
    const other = await run(
      [serving(approved)],
      onNode(nodeIs({ ...WORKER, addresses: [], dnsNames: [] })),
    );

    expect(gone?.rows).toMatchObject([{ verdict: 'unknown', missing: ['node worker-1'] }]);
    expect(other?.rows).toMatchObject([{ missing: ['the cluster as it was then'] }]);
  });
});

describe('a candidate against another policy', () => {
  const against = makePolicy([makeRule()]);
  const cases: Readonly<Record<string, { args: Parameters<typeof run>; verdict: string }>> = {
    'decides the same': { args: [[csr()], { against }], verdict: 'same' },
    'decides otherwise': {
      args: [[csr()], { against, candidate: stricter }],
      verdict: 'different',
    },
    'decides the same whatever stands in the request': {
      args: [[csr(denied)], { against }],
      verdict: 'same',
    },
    'decides the same whichever way a review was answered': {
      args: [[csr()], { against, answers: { everything: down } }],
      verdict: 'same',
    },
    'decides otherwise only if a review was answered so': {
      args: [[csr()], { against, candidate: stricter, answers: { everything: down } }],
      verdict: 'unknown',
    },
    'decides the same on a Node that is there': {
      args: [[serving(approved)], { ...onNode(nodeIs(WORKER)), against: servingPolicy }],
      verdict: 'same',
    },
    'cannot be compared on a Node that is gone': {
      args: [[serving(approved)], { ...onNode(nodeIs(undefined)), against: servingPolicy }],
      verdict: 'unknown',
    },
  };

  it.each(Object.entries(cases))('that %s', async (_, { args, verdict }) => {
    expect(await verdictOf(...args)).toBe(verdict);
  });
});

describe('a replay', () => {
  it('keeps the order of the list, and names only what is not the same', async () => {
    const requests = ['a', 'b', 'c', 'd'].map((name) =>
      makeCsr({ name, conditions: [name === 'b' || name === 'd' ? denied : approved] }),
    );

    const value = await run(requests);

    expect(value).toMatchObject({ total: 4, same: 2, different: 2, unknown: 0 });
    expect(value?.rows.map((row) => row.csr)).toEqual(['b', 'd']);
  });

  it('ends when it is told to', async () => {
    expect(await run([csr(approved)], { signal: AbortSignal.abort() })).toBeUndefined();
  });

  it('says in words how many, from what to what, and who', async () => {
    const value = await run([csr(approved), csr(denied)], { candidate: stricter });

    expect(value === undefined ? '' : replayText(value))
      .toBe(`2 requests: policy 3f9c1a2b compared with what was decided
  same       1
  different  1
  unknown    0

different:
       1  approve → deny (LifetimeTooLong)

  jane-laptop, "jane" asks kubernetes.io/kube-apiserver-client
    approve (rule developers, policy 00000000) → deny (rule developers, policy 3f9c1a2b): a lifetime of 3600 seconds (1h) is too long; set spec.expirationSeconds to at most 600 seconds (10m)
`);
  });
});
