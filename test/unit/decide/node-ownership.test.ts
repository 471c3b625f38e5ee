// Whose a name or address is, by the Node's status, by DNS, and by what other Nodes claim.
import { describe, expect, it } from '@jest/globals';
import type { Known, NodeFacts } from '../../../src/decide/evidence.js';
import type { Rule } from '../../../src/decide/rule.js';
import {
  type Answers,
  decideFully,
  dns,
  down,
  ip,
  makePolicy,
  makeServingCase,
  makeServingRule,
  matcher,
  nodeIs,
  NOW_MS,
  ranges,
  WORKER,
} from '../../support/decide.js';

type Facts = NonNullable<NonNullable<Parameters<typeof makeServingCase>[0]>['facts']>;
type Set = Known<readonly string[]>;

const SINGLE = dns('worker-1');
const FULL = dns('worker-1.corp.example');
const FULL_NAME = 'worker-1.corp.example';
const V4 = ip('10.1.0.7');
const V6 = ip('fd00::7');

const resolved = (...value: string[]): Set => ({ state: 'known', value });
const servfail = { state: 'unavailable', why: 'ESERVFAIL' } as const;
const LATE_MS = NOW_MS + 600_000;

interface World {
  readonly sans?: Facts['sans'];
  readonly node?: Partial<NodeFacts> | undefined;
  /** Addresses of worker-1.corp.example; both of the node's unless given. */
  readonly full?: Set;
  readonly single?: Set;
  readonly claims?: Answers['claims'];
  readonly rule?: Partial<Rule>;
  /** Beside the rule that matches. */
  readonly others?: readonly Rule[];
  readonly nowMs?: number;
}

/** A world in which worker-1 gets its certificate; a test changes one thing. */
function judged(owner: Rule['owner'], world: World) {
  const rule = makeServingRule({ owner, ...world.rule });
  const dnsAnswers = {
    [FULL_NAME]: world.full ?? resolved('10.1.0.7', 'fd00::7'),
    'worker-1': world.single ?? resolved(),
  };
  return decideFully(
    makeServingCase({ facts: { sans: world.sans ?? [SINGLE, FULL, V4] } }),
    makePolicy([rule, ...(world.others ?? [])]),
    {
      node: nodeIs({ ...WORKER, ...world.node }),
      dns: dnsAnswers,
      ...(world.claims === undefined ? {} : { claims: world.claims }),
    },
    world.nowMs,
  );
}

const codes = (owner: Rule['owner'], world: World): string[] =>
  judged(owner, world).decision.violations.map(({ code, transient }) => `${code}, ${transient}`);

const owners: Record<string, Rule['owner']> = {
  'owner [node]': ['node'],
  'owner [dns]': ['dns'],
  'owner [node, dns]': ['node', 'dns'],
};

describe.each(Object.entries(owners))('%s', (_, owner) => {
  const given: Record<string, World> = {
    'its names and address': {},
    'both families': { sans: [SINGLE, FULL, V4, V6] },
    'its single-label name alone': { sans: [SINGLE] },
    'its single-label name alone while DNS is down': {
      sans: [SINGLE],
      full: servfail,
      single: servfail,
    },
    'its full name alone': { sans: [FULL] },
    'a name in capitals, with a dot at the end': { sans: [dns('WORKER-1.Corp.Example.')] },
    'an address that a name of the request resolves to': { sans: [FULL, V6] },
    'names, whatever DNS has under the single-label one': { single: resolved('192.0.2.66') },
  };

  it.each(Object.entries(given))('gives %s', (_name, world) => {
    // Bounds compare names as a policy does that was read: folded.
    const folded = ['worker-1', FULL_NAME].map((name) => ({
      ...matcher(name),
      matches: (value: string) => value.toLowerCase().replace(/\.$/, '') === name,
    }));
    const sans = { ...makeServingRule().sans, dns: folded };

    expect(judged(owner, { ...world, rule: { sans } }).decision.outcome.kind).toBe('approve');
  });
});

describe('by source node alone', () => {
  it('addresses are given without a name', () => {
    expect(codes(['node'], { sans: [V4, V6] })).toEqual([]);
  });

  const refused: Record<string, World> = {
    'an address that the Node does not list': { node: { addresses: ['10.1.0.8'] } },
    'one address of two that the Node does not list': {
      sans: [SINGLE, V4, V6],
      node: { addresses: ['10.1.0.7'] },
    },
    'a name that the Node does not list': { node: { dnsNames: ['worker-1'] } },
    'its single-label name, when the Node does not list it': {
      sans: [SINGLE],
      node: { dnsNames: [FULL_NAME] },
    },
    'an address of a Node without addresses': {
      sans: [V4],
      node: { dnsNames: [], addresses: [] },
    },
  };

  it.each(Object.entries(refused))('not so %s', (_, world) => {
    const { decision } = judged(['node'], world);

    expect(codes(['node'], world)).toEqual(['NameNotOwned, may pass']);
    expect(decision).toMatchObject({
      outcome: { kind: 'wait' },
      wakeOn: [{ kind: 'node', name: 'worker-1' }],
    });
  });

  it('DNS is never asked', () => {
    const { asked } = judged(['node'], {});

    expect(asked.map(({ kind }) => kind)).toEqual(['node', 'api-server', 'claims']);
  });
});

describe('by source dns', () => {
  const refused: Record<string, World> = {
    'a name of which one address is not the Node’s': { full: resolved('10.1.0.7', '10.1.0.66') },
    'a name of which no address is the Node’s': { full: resolved('10.1.0.66') },
    'a name without addresses': { full: resolved() },
    'addresses without a name': { sans: [V4] },
    'an address that no name resolves to': { full: resolved('fd00::7') },
    'an address that the single-label name alone does not resolve to': { sans: [SINGLE, V4] },
    'an address that only a name with a foreign address resolves to': {
      sans: [SINGLE, V4],
      single: resolved('10.1.0.7', '10.1.0.66'),
    },
    'its single-label name, when the Node does not list it': {
      sans: [SINGLE],
      node: { dnsNames: [] },
    },
    'another single-label name that the Node lists': {
      sans: [dns('alias')],
      node: { dnsNames: ['alias'] },
      rule: { sans: { ...makeServingRule().sans, dns: [matcher('alias')] } },
    },
    'the name of another node, however it resolves': {
      sans: [dns('worker-2')],
      rule: { sans: { ...makeServingRule().sans, dns: [matcher('worker-2')] } },
    },
  };

  it.each(Object.entries(refused))('not so %s', (_, world) => {
    const { decision } = judged(['dns'], world);

    expect(codes(['dns'], world)).toEqual(['NameNotOwned, may pass']);
    expect(decision).toMatchObject({
      outcome: { kind: 'wait' },
      wakeOn: [{ kind: 'time' }, { kind: 'node', name: 'worker-1' }],
    });
  });

  it('an address is given that the single-label name resolves to', () => {
    expect(codes(['dns'], { sans: [SINGLE, V4], single: resolved('10.1.0.7') })).toEqual([]);
  });

  it('a full name that is the name of the Node needs DNS, too', () => {
    const name = FULL_NAME;
    const requester = { ...makeServingCase().csr.requester, username: `system:node:${name}` };
    const subject = makeServingCase({
      csr: { requester },
      facts: { commonName: requester.username, sans: [FULL] },
    });
    const { decision } = decideFully(subject, makePolicy([makeServingRule({ owner: ['dns'] })]), {
      node: nodeIs({ ...WORKER, name }),
      dns: { [FULL_NAME]: resolved() },
    });

    expect(decision.violations.map(({ code }) => code)).toEqual(['NameNotOwned']);
  });

  it('the set counts that is valid now: a name that is turned elsewhere is not given again', () => {
    const before = judged(['dns'], {}).decision;
    const after = judged(['dns'], { full: resolved('192.0.2.66') }).decision;

    expect([before.outcome.kind, after.outcome.kind]).toEqual(['approve', 'wait']);
  });

  it('trouble of DNS is ours: it waits, is asked again, and is never denied', () => {
    const rule: Partial<Rule> = {
      onViolation: { permanent: 'deny', transient: { waitMs: 60_000, then: 'deny' } },
    };
    const early = judged(['dns'], { full: servfail, rule }).decision;
    const late = judged(['dns'], { full: servfail, rule, nowMs: LATE_MS }).decision;

    expect(codes(['dns'], { full: servfail })).toEqual(['EvidenceUnavailable, unavailable']);
    expect(early).toMatchObject({ outcome: { kind: 'wait' }, wakeOn: [{ kind: 'time' }] });
    expect(late.outcome).toEqual({ kind: 'leave' });
  });

  it('a set that is foreign, beside one that is unknown, is still our trouble', () => {
    const world = { sans: [dns('worker-1'), FULL, V4], full: servfail, node: { dnsNames: [] } };

    expect(codes(['dns'], world)).toEqual(['EvidenceUnavailable, unavailable']);
  });

  it('nothing is asked of DNS before the Node is known', () => {
    const { asked } = decideFully(
      makeServingCase(),
      makePolicy([makeServingRule({ owner: ['dns'] })]),
      { node: nodeIs(undefined) },
    );

    expect(asked.map(({ kind }) => kind)).toEqual(['node', 'api-server']);
  });
});

describe('by both sources', () => {
  const refused: Record<string, [World, string[]]> = {
    'what only the Node says': [{ full: resolved() }, ['NameNotOwned, may pass']],
    'what only DNS says': [{ node: { dnsNames: ['worker-1'] } }, ['NameNotOwned, may pass']],
    'what neither says': [
      { full: resolved(), node: { dnsNames: ['worker-1'] } },
      ['NameNotOwned, may pass', 'NameNotOwned, may pass'],
    ],
    'what the Node says while DNS is down': [
      { full: servfail },
      ['EvidenceUnavailable, unavailable'],
    ],
  };

  it.each(Object.entries(refused))('not so %s', (_, [world, violations]) => {
    expect(codes(['node', 'dns'], world)).toEqual(violations);
  });
});

it('a rule that names no source asks nobody', () => {
  const { decision, asked } = judged([], { node: { addresses: [] } });

  expect(decision.outcome.kind).toBe('approve');
  expect(asked.map(({ kind }) => kind)).toEqual(['api-server']);
});

describe('a Node that is not to be had', () => {
  it.each<[string, Answers['node'] & object, string, object]>([
    [
      'is not registered yet',
      nodeIs(undefined),
      'NodeNotFound',
      { kind: 'node', name: 'worker-1' },
    ],
    ['cannot be read now', down, 'EvidenceUnavailable', { kind: 'time' }],
  ])('when it %s', (_, node, code, wakes) => {
    const policy = makePolicy([makeServingRule()]);
    const { decision } = decideFully(makeServingCase(), policy, { node });

    expect(decision.violations.map((violation) => violation.code)).toEqual([code]);
    expect(decision).toMatchObject({ outcome: { kind: 'wait' }, wakeOn: [wakes] });
  });
});

/** Nodes that list a value; a name that begins with cp is of the control plane. */
const listed = (value: string, ...names: string[]): NonNullable<Answers['claims']> => ({
  state: 'known',
  value: [{ value, nodes: names.map((name) => ({ name, isControlPlane: name.startsWith('cp') })) }],
});

describe('what another Node lists, too', () => {
  const contested = { claims: listed('10.1.0.7', 'liar', 'worker-1') };

  it('waits, names both, and is woken by both', () => {
    const { decision } = judged(['node'], contested);

    expect(codes(['node'], contested)).toEqual(['AddressShared, contested']);
    expect(decision).toMatchObject({
      outcome: { kind: 'wait' },
      wakeOn: [
        { kind: 'node', name: 'worker-1' },
        { kind: 'node', name: 'liar' },
      ],
    });
    expect(decision.violations[0]?.message).toBe(
      '"10.1.0.7" is listed by node "worker-1" and by "liar"',
    );
  });

  it('is left after the wait, never denied, whatever the rule says', () => {
    const rule: Partial<Rule> = {
      onViolation: { permanent: 'deny', transient: { waitMs: 60_000, then: 'deny' } },
    };

    const { decision } = judged(['node'], { ...contested, rule, nowMs: LATE_MS });

    expect(decision.outcome).toEqual({ kind: 'leave' });
  });

  it('while a Node that only misses an address is denied by such a rule', () => {
    const rule: Partial<Rule> = {
      onViolation: { permanent: 'deny', transient: { waitMs: 60_000, then: 'deny' } },
    };

    const { decision } = judged(['node'], { node: { addresses: [] }, rule, nowMs: LATE_MS });

    expect(decision.outcome).toEqual({ kind: 'deny' });
  });

  it('does not count when it is the node itself that lists it', () => {
    expect(codes(['node'], { claims: listed('10.1.0.7', 'worker-1') })).toEqual([]);
  });

  it('makes it wait while the Nodes cannot be searched', () => {
    expect(codes(['node'], { claims: down })).toEqual(['EvidenceUnavailable, unavailable']);
  });

  it.each<[string, Rule['owner'], World, object]>([
    [
      'every name and address of the request',
      ['node'],
      { sans: [SINGLE, FULL, V4, V6] },
      { names: ['worker-1', FULL_NAME], addresses: ['10.1.0.7', 'fd00::7'] },
    ],
    [
      'and what names resolve to, each once',
      ['dns'],
      { sans: [FULL, V6] },
      { names: [FULL_NAME], addresses: ['10.1.0.7', 'fd00::7'] },
    ],
    [
      'but not what may be shared',
      ['node'],
      { sans: [SINGLE, V4, V6], rule: { shared: ranges('fd00::/8') } },
      { names: ['worker-1'], addresses: ['10.1.0.7'] },
    ],
  ])('is asked about %s', (_, owner, world, need) => {
    const { asked } = judged(owner, world);

    expect(asked.filter(({ kind }) => kind === 'claims')).toEqual([{ kind: 'claims', ...need }]);
  });

  it('is asked about once everything else is known', () => {
    const { asked } = judged(['dns'], { sans: [SINGLE], single: resolved('10.1.0.7') });

    expect(asked.map(({ kind }) => kind)).toEqual(['node', 'api-server', 'dns', 'claims']);
  });

  it('is not asked about what is not proven', () => {
    const { asked } = judged(['node'], { node: { addresses: [] } });

    expect(asked.map(({ kind }) => kind)).not.toContain('claims');
  });

  it('may be several values of several Nodes, each told once', () => {
    const claims: Answers['claims'] = {
      state: 'known',
      value: ['10.1.0.7', 'fd00::7'].map((value) => ({
        value,
        nodes: ['liar', 'thief'].map((name) => ({ name, isControlPlane: false })),
      })),
    };
    const { decision } = judged(['node'], { sans: [SINGLE, V4, V6], claims });

    expect(decision.violations[0]?.message).toBe(
      '"10.1.0.7", "fd00::7" is listed by node "worker-1" and by "liar", "thief"',
    );
  });

  it('may be an address that a name resolves to and nobody asks for', () => {
    const world = { sans: [FULL], claims: listed('fd00::7', 'liar') };

    expect(codes(['dns'], world)).toEqual(['AddressShared, contested']);
    expect(codes(['node', 'dns'], world)).toEqual(['AddressShared, contested']);
    expect(codes(['node'], world)).toEqual([]);
  });

  it('is not what DNS has under the single-label name and is not the node’s', () => {
    const world = {
      sans: [SINGLE],
      single: resolved('10.1.0.66'),
      claims: listed('10.1.0.66', 'worker-66'),
    };
    const { asked } = judged(['dns'], world);

    expect(codes(['dns'], world)).toEqual([]);
    expect(asked.find(({ kind }) => kind === 'claims')).toMatchObject({ addresses: [] });
  });

  it('may be a name', () => {
    const rule = { sans: { ...makeServingRule().sans, dns: [matcher('worker-1')] } };

    expect(codes(['node'], { sans: [SINGLE], claims: listed('worker-1', 'liar'), rule })).toEqual([
      'AddressShared, contested',
    ]);
  });
});

describe('ranges that are shared', () => {
  const claims = listed('10.1.0.7', 'liar');

  it('are given to both', () => {
    expect(codes(['node'], { claims, rule: { shared: ranges('10.1.0.0/24') } })).toEqual([]);
  });

  it('exempt nothing outside them', () => {
    expect(codes(['node'], { claims, rule: { shared: ranges('10.2.0.0/24') } })).toEqual([
      'AddressShared, contested',
    ]);
  });

  it('exempt no name', () => {
    const sans = { ...makeServingRule().sans, dns: [matcher('worker-1')] };
    const rule = { sans, shared: ranges('0.0.0.0/0', '::/0') };

    expect(codes(['node'], { sans: [SINGLE], claims: listed('worker-1', 'liar'), rule })).toEqual([
      'AddressShared, contested',
    ]);
  });

  it('also exempt what a name resolves to', () => {
    const world = { sans: [FULL], claims: listed('fd00::7', 'liar') };

    expect(codes(['dns'], { ...world, rule: { shared: ranges('fd00::/8') } })).toEqual([]);
  });
});

describe('the claim of another Node counts', () => {
  const bounds = (...addresses: string[]): Rule['sans'] => ({
    ...makeServingRule().sans,
    ip: ranges(...addresses),
  });
  const own = (changes: Partial<Rule> = {}): Partial<Rule> => ({
    match: { ...makeServingRule().match, nodes: [matcher('worker-1')] },
    ...changes,
  });
  const rule = (nodes: string | undefined, changes: Partial<Rule> = {}): Rule =>
    makeServingRule({
      name: 'liars',
      match: {
        ...makeServingRule().match,
        nodes: nodes === undefined ? undefined : [matcher(nodes)],
      },
      ...changes,
    });
  const claims = listed('10.1.0.7', 'liar');
  const counts = ['AddressShared, contested'];

  const cases: Record<string, [World, string[]]> = {
    'when the bounds of its own rule hold the address': [
      { rule: own(), others: [rule('liar', { sans: bounds('10.1.0.0/24') })] },
      counts,
    ],
    'not when the bounds of its own rule do not reach it': [
      { rule: own(), others: [rule('liar', { sans: bounds('10.2.0.0/16') })] },
      [],
    ],
    'not when its own rule gives no address': [
      { rule: own(), others: [rule('liar', { sans: { ...bounds(), ip: undefined } })] },
      [],
    ],
    'when no rule speaks of it': [{ rule: own(), others: [rule('another')] }, counts],
    'when only a shadow rule speaks of it, whatever its bounds': [
      {
        rule: own(),
        others: [rule('liar', { mode: 'shadow', sans: bounds('10.2.0.0/16') })],
      },
      counts,
    ],
    'when only a rule speaks of it that has ended': [
      {
        rule: own(),
        others: [rule('liar', { validUntilMs: NOW_MS, sans: bounds('10.2.0.0/16') })],
      },
      counts,
    ],
    'not by a rule that ends later and does not reach': [
      {
        rule: own(),
        others: [rule('liar', { validUntilMs: NOW_MS + 1, sans: bounds('10.2.0.0/16') })],
      },
      [],
    ],
    'when the rule that reaches puts it before a person': [
      { rule: own(), others: [rule('liar', { mode: 'review', sans: bounds('10.1.0.0/24') })] },
      counts,
    ],
    'when one of several rules reaches': [
      {
        rule: own(),
        others: [
          rule('liar', { sans: bounds('10.2.0.0/16') }),
          rule(undefined, { name: 'all', mode: 'review', sans: bounds('10.1.0.0/16') }),
        ],
      },
      [...counts],
    ],
    'when one rule speaks of all Nodes': [{}, counts],
    'not when only a rule of another signer reaches': [
      {
        rule: own(),
        others: [
          rule('liar', { sans: bounds('10.2.0.0/16') }),
          rule('liar', {
            name: 'elsewhere',
            match: { ...rule('liar').match, signerName: 'example.com/mesh' as never },
          }),
        ],
      },
      [],
    ],
  };

  it.each(Object.entries(cases))('%s', (_, [world, violations]) => {
    const { decision } = judged(['node'], { ...world, claims });
    const verdict = decision.verdicts.find((each) => each.rule === 'kubelet-serving');
    const found = verdict?.checks.filter(({ state }) => state === 'violated') ?? [];

    expect(found.map(({ code, transient }) => `${code}, ${transient}`)).toEqual(violations);
  });

  it('not to a name that a template gives to its own node only', () => {
    expect(codes(['node'], { sans: [FULL], claims: listed(FULL_NAME, 'liar') })).toEqual([]);
  });

  it('to a name that the template gives it, too', () => {
    const sans = { ...makeServingRule().sans, dns: [matcher('{node.name}.corp.example')] };
    const world = { sans: [FULL], claims: listed(FULL_NAME, 'worker-1', 'liar') };
    const twin = { ...world, claims: listed(FULL_NAME, 'worker-1.corp', 'liar') };
    const overlapping = [matcher('{node.name}.corp.example'), matcher('{node.name}.example')];

    expect(codes(['node'], { ...world, rule: { sans } })).toEqual([]);
    expect(codes(['node'], { ...twin, rule: { sans: { ...sans, dns: overlapping } } })).toEqual(
      counts,
    );
  });
});

describe('a hostile Node that lists the addresses and names of everybody', () => {
  const everybody: Answers['claims'] = {
    state: 'known',
    value: ['worker-1', FULL_NAME, '10.1.0.7', 'fd00::7'].map((value) => ({
      value,
      nodes: ['edge-9', 'worker-1'].map((name) => ({ name, isControlPlane: false })),
    })),
  };
  const workers = {
    match: { ...makeServingRule().match, nodes: [matcher('worker-1')] },
  };
  const edge = makeServingRule({
    name: 'edge',
    match: { ...makeServingRule().match, nodes: [matcher('edge-9')] },
    sans: { ...makeServingRule().sans, ip: ranges('10.9.0.0/16') },
  });

  it('blocks nobody where its own bounds do not reach', () => {
    const world = { sans: [SINGLE, FULL, V4, V6], claims: everybody, rule: workers };

    expect(codes(['node'], { ...world, others: [edge] })).toEqual([]);
  });

  it('blocks the addresses, and no name, of those with whom it shares its bounds', () => {
    const { decision } = judged(['node'], { sans: [SINGLE, FULL, V4], claims: everybody });

    expect(decision.violations[0]?.message).toBe(
      '"10.1.0.7" is listed by node "worker-1" and by "edge-9"',
    );
  });

  it('gets nothing of it itself', () => {
    const requester = { ...makeServingCase().csr.requester, username: 'system:node:edge-9' };
    const subject = makeServingCase({
      csr: { requester },
      facts: { commonName: 'system:node:edge-9', sans: [V4] },
    });
    const { decision } = decideFully(subject, makePolicy([makeServingRule()]), {
      node: nodeIs({ ...WORKER, name: 'edge-9' }),
      claims: everybody,
    });

    expect(decision.violations.map(({ code }) => code)).toEqual(['AddressShared']);
  });
});
