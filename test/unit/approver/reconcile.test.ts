import { describe, expect, it } from '@jest/globals';
import type { ApprovalWrite, ApproverPorts, Newest } from '../../../src/approver/ports.js';
import type { DecisionEvent } from '../../../src/decide/decision-event.js';
import { createApprover } from '../../../src/approver/reconcile.js';
import type { WriteOutcome } from '../../../src/controller/write.js';
import type { CompiledPolicy } from '../../../src/decide/rule.js';
import type { CsrCondition, CsrObject } from '../../../src/request/csr-object.js';
import type { RequestFacts } from '../../../src/request/facts.js';
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
  no,
  nodeIs,
  NOW_MS,
  WORKER,
} from '../../support/decide.js';

const condition = (type: string): CsrCondition => ({
  type,
  status: 'True',
  reason: 'Other',
  message: undefined,
  lastUpdateTime: undefined,
  raw: { type, status: 'True', reason: 'Other', unknownField: 7 },
});

/** An approver over ports that record; everything succeeds unless a test changes one thing. */
function setUp(
  change: {
    csr?: CsrObject | undefined;
    policy?: CompiledPolicy | undefined;
    outcome?: WriteOutcome;
    answers?: Answers;
    facts?: RequestFacts;
  } = {},
) {
  const seen = {
    csr: 'csr' in change ? change.csr : makeCsr(),
    newest: { kind: 'absent' } as Newest,
    outcome: change.outcome ?? { kind: 'written', object: { written: true } },
    nowMs: NOW_MS,
    answers: change.answers ?? {},
    policy: 'policy' in change ? change.policy : makePolicy([makeRule()]),
    writes: [] as ApprovalWrite[],
    judged: [] as string[],
    told: [] as DecisionEvent[],
    reviews: [] as string[],
    shared: [] as (string | undefined)[],
    warned: [] as string[],
    absorbed: [] as unknown[],
  };
  const ports: { -readonly [Port in keyof ApproverPorts]: ApproverPorts[Port] } = {
    get: () => seen.csr,
    absorb: (object) => void seen.absorbed.push(object),
    read: () => ({ ok: true, value: change.facts ?? makeFacts() }),
    policy: () => seen.policy,
    resolve: (need) => Promise.resolve(answerWith(seen.answers)(need)),
    writeApproval: (write) => {
      seen.writes.push(write);
      return Promise.resolve(seen.outcome);
    },
    readNewest: () => Promise.resolve(seen.newest),
    announceReview: (csr) => {
      seen.reviews.push(csr.name);
      return Promise.resolve();
    },
    announceShared: (_, { message }) => {
      seen.shared.push(message);
      return Promise.resolve();
    },
    judged: (_, decision) => void seen.judged.push(decision.outcome.kind),
    tell: (event) => void seen.told.push(event),
    warn: (_, outcome) => void seen.warned.push(outcome.kind),
    nowMs: () => seen.nowMs,
  };
  const { reconcile, wokenBy, outcomeOf } = createApprover(ports);
  return {
    seen,
    ports,
    wokenBy,
    outcomeOf,
    look: () => reconcile('jane-laptop', new AbortController().signal),
  };
}

describe('the approver', () => {
  it('writes one approval, locked on uid and version, with every condition that was there, and tells it once', async () => {
    const { seen, look } = setUp({ csr: makeCsr({ conditions: [condition('Seen')] }) });

    const result = await look();

    expect(result).toEqual({ kind: 'done' });
    expect(seen.writes).toEqual([
      {
        name: 'jane-laptop',
        uid: makeCsr().uid,
        resourceVersion: '41',
        conditions: [
          { type: 'Seen', status: 'True', reason: 'Other', unknownField: 7 },
          {
            type: 'Approved',
            status: 'True',
            reason: 'PolicyApproved',
            message: 'rule developers, policy 3f9c1a2b',
          },
        ],
      },
    ]);
    expect(seen.told.map(({ decision }) => decision.outcome.kind)).toEqual(['approve']);
    expect(seen.absorbed).toEqual([{ written: true }]);
  });

  it.each([
    ['is approved', { conditions: [condition('Approved')] }],
    ['is denied', { conditions: [condition('Denied')] }],
    ['has failed', { conditions: [condition('Failed')] }],
    ['has a certificate', { certificate: 'LS0t' }],
  ])('leaves alone what %s: decided is decided', async (_, changes) => {
    const { seen, look } = setUp({ csr: makeCsr(changes) });

    expect(await look()).toEqual({ kind: 'done' });
    expect([seen.writes, seen.told]).toEqual([[], []]);
  });

  it('does nothing without a policy, not even a denial', async () => {
    const { seen, look } = setUp({ policy: undefined });

    expect(await look()).toEqual({ kind: 'done' });
    expect([seen.writes, seen.told]).toEqual([[], []]);
  });

  it('does nothing for an object that is gone', async () => {
    const { seen, look } = setUp({ csr: undefined });

    expect(await look()).toEqual({ kind: 'done' });
    expect(seen.writes).toEqual([]);
  });

  const unwritten: Record<string, [WriteOutcome, unknown, string[]]> = {
    'a conflict means look again': [{ kind: 'conflict' }, { kind: 'retry' }, []],
    'a missing right is told and retried with back-off': [
      { kind: 'forbidden', message: 'no approve' },
      { kind: 'retry' },
      ['forbidden'],
    ],
    'an object that went away needs nothing': [{ kind: 'gone' }, { kind: 'done' }, []],
    'a lost lease stops': [{ kind: 'fenced' }, { kind: 'done' }, []],
    'a busy server is given its time': [
      { kind: 'failed', code: '429', message: 'busy', retryAfterMs: 3000 },
      { kind: 'again', afterMs: 3000 },
      ['failed'],
    ],
  };

  it.each(Object.entries(unwritten))(
    '%s, and no decision is told',
    async (_, [outcome, result, warned]) => {
      const { seen, look } = setUp({ outcome });

      expect(await look()).toEqual(result);
      expect(seen.told).toEqual([]);
      // Whoever was faster is compared with what we would have written.
      expect(seen.judged).toEqual(['approve']);
      expect(seen.warned).toEqual(warned);
    },
  );
});

describe('a write whose answer was lost', () => {
  const lost: WriteOutcome = { kind: 'failed', code: 'UND_ERR_SOCKET', message: 'closed' };
  const ours: CsrCondition = {
    ...condition('Approved'),
    reason: 'PolicyApproved',
    message: 'rule developers, policy 3f9c1a2b',
  };

  /** The write was sent and the object is no longer kept: the server has `newest`. */
  async function lookAfter(newest: Newest) {
    const { seen, look } = setUp({ outcome: lost });
    await look();
    Object.assign(seen, { csr: undefined, newest });
    const result = await look();
    return { result, told: seen.told.map(({ decision }) => decision.outcome.kind), seen, look };
  }

  it('is told once when the server has our decision', async () => {
    const newest: Newest = { kind: 'found', csr: makeCsr({ conditions: [ours] }) };

    const { result, seen, look } = await lookAfter(newest);
    await look();

    expect(result).toEqual({ kind: 'done' });
    expect(seen.told.map(({ decision }) => decision.outcome.kind)).toEqual(['approve']);
    expect(seen.writes).toHaveLength(1);
  });

  const notOurs: Record<string, Newest> = {
    'somebody else decided': {
      kind: 'found',
      csr: makeCsr({ conditions: [{ ...ours, reason: 'KubectlApprove' }] }),
    },
    'another policy of ours decided': {
      kind: 'found',
      csr: makeCsr({ conditions: [{ ...ours, message: 'rule developers, policy 00000001' }] }),
    },
    'the object was made anew': {
      kind: 'found',
      csr: makeCsr({ uid: 'another', conditions: [ours] }),
    },
    'the object is gone': { kind: 'absent' },
  };

  it.each(Object.entries(notOurs))('is not told when %s', async (_, newest) => {
    const { result, told } = await lookAfter(newest);

    expect([result, told]).toEqual([{ kind: 'done' }, []]);
  });

  it('is asked for again while the server cannot be asked', async () => {
    const { result, seen, look } = await lookAfter({ kind: 'unavailable' });
    seen.newest = { kind: 'found', csr: makeCsr({ conditions: [ours] }) };
    await look();

    expect(result).toEqual({ kind: 'retry' });
    expect(seen.told).toHaveLength(1);
  });

  it('is told once when it had not arrived and is written again', async () => {
    const { seen, look } = setUp({ outcome: lost });
    await look();
    seen.outcome = { kind: 'written', object: {} };
    await look();
    Object.assign(seen, { csr: undefined });
    await look();

    expect(seen.told).toHaveLength(1);
    expect(seen.writes).toHaveLength(2);
  });
});

describe('a request that waits', () => {
  it('is told once, asked again after 1 s doubling, and never after its deadline', async () => {
    const { seen, look } = setUp({ answers: { everything: down } });

    const delays: unknown[] = [];
    for (let count = 0; count < 4; count += 1) delays.push(await look());
    seen.nowMs = NOW_MS + 599_500;
    const last = await look();

    expect(delays).toEqual([1000, 2000, 4000, 8000].map((afterMs) => ({ kind: 'again', afterMs })));
    expect(last).toEqual({ kind: 'again', afterMs: 500 });
    expect(seen.told.map(({ decision }) => decision.outcome.kind)).toEqual(['wait']);
    expect(seen.writes).toEqual([]);
  });

  it('is approved as soon as the answer is there', async () => {
    const { seen, look } = setUp({ answers: { everything: down } });
    await look();

    seen.answers = { everything: no };
    await look();

    expect(seen.told.map(({ decision }) => decision.outcome.kind)).toEqual(['wait', 'approve']);
    expect(seen.writes).toHaveLength(1);
  });

  it('begins a new wait when the policy changes, and when the object was made anew', async () => {
    const { seen, look } = setUp({ answers: { everything: down } });
    await look();

    seen.nowMs = NOW_MS + 500_000;
    seen.policy = { ...makePolicy([makeRule()]), hash: '00000001' };
    await look();
    seen.nowMs = NOW_MS + 700_000;
    seen.csr = makeCsr({ uid: 'another' });
    await look();

    const deadlines = seen.told.map(({ decision }) =>
      decision.outcome.kind === 'wait' ? decision.outcome.untilMs - NOW_MS : undefined,
    );
    expect(deadlines).toEqual([600_000, 1_100_000, 1_300_000]);
  });
});

describe('a request that nobody decides', () => {
  const leaving = makeRule({
    onViolation: { permanent: 'leave', transient: { waitMs: 600_000, then: 'leave' } },
  });
  const facts = makeFacts({ organizations: ['admins'] });

  it.each([
    ['left by a rule', [leaving], 'leave'],
    ['of which no rule speaks', [], 'unmatched'],
    ['of which only a shadow rule speaks', [{ ...leaving, mode: 'shadow' as const }], 'unmatched'],
  ])('is counted as what it is: %s', async (_, rules, expected) => {
    const { look, outcomeOf } = setUp({ policy: makePolicy(rules), facts });
    const before = outcomeOf(makeCsr());

    await look();

    expect([before, outcomeOf(makeCsr())]).toEqual([undefined, expected]);
  });
});

describe('a policy that is in force no more', () => {
  const waitEnds = (told: readonly DecisionEvent[]): readonly unknown[] =>
    told.map(({ decision: { outcome } }) =>
      outcome.kind === 'wait' ? outcome.untilMs - NOW_MS : outcome.kind,
    );

  it('ends every wait, also when the next one has the same hash', async () => {
    const { seen, look } = setUp({ answers: { everything: down } });
    await look();

    seen.nowMs = NOW_MS + 500_000;
    seen.policy = makePolicy([makeRule()]);
    await look();

    expect(waitEnds(seen.told)).toEqual([600_000, 1_100_000]);
  });

  it('decides nothing: what it had decided meanwhile is neither written nor told', async () => {
    const { seen, ports, look } = setUp();
    const resolve = ports.resolve;
    const next = makePolicy([makeRule({ mode: 'review' })]);
    ports.resolve = (need) => {
      seen.policy = next;
      return resolve(need);
    };

    const first = await look();
    const told = seen.told.length;
    await look();

    expect([first, told]).toEqual([{ kind: 'again', afterMs: 0 }, 0]);
    expect(seen.writes).toEqual([]);
    expect(waitEnds(seen.told)).toEqual(['review']);
  });

  it('because of a pause: nothing is looked at, and a wait begins anew after it', async () => {
    const { seen, look } = setUp({ answers: { everything: down } });
    await look();
    const { policy } = seen;

    seen.policy = undefined;
    seen.nowMs = NOW_MS + 3_600_000;
    const during = await look();
    seen.policy = policy;
    await look();

    expect(during).toEqual({ kind: 'done' });
    expect(seen.writes).toEqual([]);
    expect(waitEnds(seen.told)).toEqual([600_000, 4_200_000]);
  });
});

it('what waits for a Node is not polled: the Node wakes it, until it is decided', async () => {
  const { seen, look, wokenBy } = setUp({
    csr: { ...makeServingCase().csr, name: 'jane-laptop' },
    facts: { ...makeServingFacts() },
    policy: makePolicy([makeServingRule()]),
    answers: { node: nodeIs(undefined) },
  });

  const result = await look();
  const before = [wokenBy('worker-1'), wokenBy('worker-2')];
  seen.answers = { node: nodeIs(WORKER) };
  await look();

  expect(result).toEqual({ kind: 'again', afterMs: 600_000 });
  expect(before).toEqual([['jane-laptop'], []]);
  expect(wokenBy('worker-1')).toEqual([]);
  expect(seen.told.map(({ decision }) => decision.outcome.kind)).toEqual(['wait', 'approve']);
});

describe('a request for an address that two Nodes list', () => {
  const claimedBy = (...names: string[]) => ({
    state: 'known' as const,
    value: [{ value: '10.1.0.7', nodes: names.map((name) => ({ name, isControlPlane: false })) }],
  });
  const contested = () =>
    setUp({
      csr: { ...makeServingCase().csr, name: 'jane-laptop' },
      facts: makeServingFacts(),
      policy: makePolicy([makeServingRule()]),
      answers: { node: nodeIs(WORKER), claims: claimedBy('worker-1', 'worker-2') },
    });

  it('is told at the Nodes once, and again when another Node claims it', async () => {
    const { seen, look } = contested();

    await look();
    await look();
    seen.answers = { node: nodeIs(WORKER), claims: claimedBy('worker-1', 'worker-3') };
    await look();

    expect(seen.shared).toEqual([
      '"10.1.0.7" is listed by node "worker-1" and by "worker-2"',
      '"10.1.0.7" is listed by node "worker-1" and by "worker-3"',
    ]);
    expect(seen.writes).toEqual([]);
  });

  it('is woken by either of them', async () => {
    const { look, wokenBy } = contested();

    await look();

    expect([wokenBy('worker-1'), wokenBy('worker-2'), wokenBy('worker-3')]).toEqual([
      ['jane-laptop'],
      ['jane-laptop'],
      [],
    ]);
  });

  it('waits for both of them already while that is told', async () => {
    const { ports, look, wokenBy } = contested();
    let woken: readonly string[] = [];
    ports.announceShared = () => {
      woken = wokenBy('worker-2');
      return Promise.resolve();
    };

    await look();

    expect(woken).toEqual(['jane-laptop']);
  });
});

describe('a Node that changes while a request is looked at', () => {
  const changing = async (node: string) => {
    const { seen, ports, look, wokenBy } = setUp({
      csr: { ...makeServingCase().csr, name: 'jane-laptop' },
      facts: makeServingFacts(),
      policy: makePolicy([makeServingRule()]),
    });
    ports.resolve = (need) => {
      if (need.kind === 'node') wokenBy(node);
      return Promise.resolve(answerWith({ node: nodeIs(undefined) })(need));
    };
    return { seen, result: await look() };
  };

  it('makes it look again at once, and nothing is told of what was old', async () => {
    const { seen, result } = await changing('worker-1');

    expect(result).toEqual({ kind: 'again', afterMs: 0 });
    expect(seen.told).toEqual([]);
  });

  it('changes nothing when it is another Node', async () => {
    const { seen, result } = await changing('worker-2');

    expect(result).toEqual({ kind: 'again', afterMs: 600_000 });
    expect(seen.told).toHaveLength(1);
  });
});

it('a review writes nothing but an Event, once', async () => {
  const { seen, look } = setUp({ policy: makePolicy([makeRule({ mode: 'review' })]) });

  await look();
  await look();

  expect(seen.writes).toEqual([]);
  expect(seen.reviews).toEqual(['jane-laptop']);
  expect(seen.told.map(({ decision }) => decision.outcome.kind)).toEqual(['review']);
});
