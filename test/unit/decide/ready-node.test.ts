// Who may take the name of a Node that is at work: with `readyNode: refuse`, nobody but itself.
import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../../src/decide/rule.js';
import {
  type Answers,
  decideFully,
  down,
  makeKubeletCase,
  makeKubeletRule,
  makePolicy,
  nodeIs,
  NOW_MS,
  WORKER,
} from '../../support/decide.js';

type Change = Parameters<typeof makeKubeletCase>[0];

const judged = ({
  change = {},
  answers = {},
  rule = {},
  nowMs = NOW_MS,
}: {
  change?: Change;
  answers?: Answers;
  rule?: Partial<Rule>;
  nowMs?: number;
}) =>
  decideFully(
    makeKubeletCase(change),
    makePolicy([makeKubeletRule({ readyNode: 'refuse', ...rule })]),
    answers,
    nowMs,
  );

const renewal: Change = {
  csr: {
    requester: {
      username: 'system:node:worker-1',
      uid: '',
      groups: ['system:nodes'],
      extra: {},
    },
  },
};

describe('a name is given', () => {
  const given: Record<string, Parameters<typeof judged>[0]> = {
    'when there is no Node of that name': { answers: { node: nodeIs(undefined) } },
    'when the Node of that name is not Ready': {
      answers: { node: nodeIs({ ...WORKER, isReady: false }) },
    },
    'when the Node itself asks, Ready or not': {
      change: renewal,
      answers: { node: nodeIs(WORKER) },
    },
    'when the Node itself asks and Nodes cannot be read': {
      change: renewal,
      answers: { node: down },
    },
    'when the rule does not care': {
      rule: { readyNode: 'allow' },
      answers: { node: nodeIs(WORKER) },
    },
  };

  it.each(Object.entries(given))('%s', (_, world) => {
    expect(judged(world).decision.outcome.kind).toBe('approve');
  });
});

describe('the name of a Ready Node', () => {
  const taken = { answers: { node: nodeIs(WORKER) } };

  it('is not given to a stranger; the Node wakes the request when it is gone or no longer Ready', () => {
    const { decision } = judged(taken);

    expect(decision.violations.map(({ code, transient }) => [code, transient])).toEqual([
      ['NodeAlreadyReady', 'may pass'],
    ]);
    expect(decision).toMatchObject({
      outcome: { kind: 'wait' },
      wakeOn: [{ kind: 'node', name: 'worker-1' }],
    });
  });

  it('is left after the wait', () => {
    expect(judged({ ...taken, nowMs: NOW_MS + 600_000 }).decision.outcome).toEqual({
      kind: 'leave',
    });
  });

  it('is given to nobody while Nodes cannot be read, which is our trouble', () => {
    const { decision } = judged({ answers: { node: down } });

    expect(decision.violations.map(({ code, transient }) => [code, transient])).toEqual([
      ['EvidenceUnavailable', 'unavailable'],
    ]);
    expect(decision.wakeOn).toEqual([{ kind: 'time' }]);
  });

  it('is asked about only where a rule wants it', () => {
    const asked = (world: Parameters<typeof judged>[0]) =>
      judged(world).asked.filter(({ kind }) => kind === 'node').length;

    expect([
      asked(taken),
      asked({ ...taken, rule: { readyNode: 'allow' } }),
      asked({ ...taken, change: renewal }),
    ]).toEqual([1, 0, 0]);
  });
});
