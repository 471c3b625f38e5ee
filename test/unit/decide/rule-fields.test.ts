// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../../src/decide/rule.js';
import {
  decideFully,
  makeCase,
  makeFacts,
  makeKubeletCase,
  makeKubeletRule,
  makePolicy,
  makeRule,
  matcher,
  nodeIs,
  NOW_MS,
  WORKER,
} from '../../support/decide.js';

type Change = Parameters<typeof makeCase>[0];

const decided = (rule: Partial<Rule>, change: Change = {}) => {
  const { decision } = decideFully(makeCase(change), makePolicy([makeRule(rule)]));
  return [decision.outcome.kind, decision.rule, decision.violations.map(({ code }) => code)];
};

const approved = ['approve', 'developers', []];
const unmatched = ['leave', undefined, []];

const requesterWith = (changes: object): Change => ({
  csr: {
    requester: {
      username: 'jane',
      uid: 'u1',
      groups: ['oidc:dev-team', 'system:authenticated'],
      extra: {},
      ...changes,
    },
  },
});

const demanding = (extra: Record<string, string[]>): Partial<Rule> => ({
  match: {
    ...makeRule().match,
    requester: {
      usernames: undefined,
      groups: [matcher('oidc:dev-team')],
      serviceAccounts: undefined,
      extra: Object.fromEntries(
        Object.entries(extra).map(([key, words]) => [key, words.map(matcher)]),
      ),
    },
  },
});

describe('a rule that demands values of spec.extra', () => {
  const rule = demanding({ 'example.com/team': ['blue'], 'example.com/site': ['muc', 'ber'] });
  const right = { 'example.com/team': ['red', 'blue'], 'example.com/site': ['ber'] };

  it('matches where one value of each key is right', () => {
    expect(decided(rule, requesterWith({ extra: right }))).toEqual(approved);
  });

  it.each([
    ['a key is missing', { 'example.com/team': ['blue'] }],
    ['a value is another', { ...right, 'example.com/site': ['ham'] }],
    ['a key has no values', { ...right, 'example.com/site': [] }],
  ])('does not match where %s', (_, extra) => {
    expect(decided(rule, requesterWith({ extra }))).toEqual(unmatched);
  });

  it('does not take the parts that every object has for keys', () => {
    expect(decided(demanding({ toString: ['/.*/'] }), requesterWith({ extra: {} }))).toEqual(
      unmatched,
    );
  });
});

describe('a rule with an end', () => {
  it('approves a millisecond before it', () => {
    expect(decided({ validUntilMs: NOW_MS + 1 })).toEqual(approved);
  });

  it('speaks of nothing from then on', () => {
    expect(decided({ validUntilMs: NOW_MS })).toEqual(unmatched);
  });
});

describe('the service account in templates', () => {
  const rule = (commonName: string): Partial<Rule> => ({
    match: { ...makeRule().match, requester: 'anyone' },
    subject: { commonName: [matcher(commonName)], organizations: [matcher('dev')] },
  });
  const named = (username: string, commonName: string): Change => ({
    ...requesterWith({ username, groups: [] }),
    facts: { commonName },
  });
  const template = '{requester.serviceAccount.namespace}.{requester.serviceAccount.name}';

  it('are its namespace and name', () => {
    const change = named('system:serviceaccount:ci:runner', 'ci.runner');

    expect(decided(rule(template), change)).toEqual(approved);
  });

  it.each([
    ['another account', 'system:serviceaccount:ci:builder'],
    ['a user', 'ci.runner'],
    ['a name with one part more', 'system:serviceaccount:ci:runner:x'],
  ])('do not match %s', (_, username) => {
    expect(decided(rule(template), named(username, 'ci.runner'))).toEqual([
      'deny',
      'developers',
      ['CommonNameNotAllowed'],
    ]);
  });
});

describe('subject attributes beyond CN and O', () => {
  const withUnit = (value: string): Change => {
    const { subject } = makeFacts();
    const unit = { oid: '2.5.4.11', type: 'OU', value, stringType: 'UTF8String' };
    return { facts: { subject: [...subject, unit], ignored: ['subject OU'] } };
  };
  const foreign: Partial<Rule> = {
    match: { ...makeRule().match, signerName: 'a.example/b' as Rule['match']['signerName'] },
  };
  const toForeign = (value: string): Change => ({
    ...withUnit(value),
    csr: { signerName: 'a.example/b' },
  });
  const lab = { attributes: { OU: [matcher('lab')] } };

  it('are ignored where no rule names them and the signer copies nothing', () => {
    expect(decided({}, withUnit('anything'))).toEqual(approved);
  });

  it('are judged where a rule names them', () => {
    expect(decided(lab, withUnit('lab'))).toEqual(approved);
    expect(decided(lab, withUnit('staff'))).toEqual([
      'deny',
      'developers',
      ['SubjectAttributeNotAllowed'],
    ]);
  });

  it('may be missing', () => {
    expect(decided(lab)).toEqual(approved);
  });

  it('need a rule that names them where the signer may copy what it is sent', () => {
    expect(decided(foreign, toForeign('lab'))).toEqual(['deny', 'developers', ['NotJudged']]);
    expect(decided({ ...foreign, ...lab }, toForeign('lab'))).toEqual(approved);
  });
});

describe('a Node that is Ready', () => {
  const strict = makeKubeletRule({ readyNode: 'refuse' });
  const decide = (rule: Rule, node: typeof WORKER | undefined, change?: Change) => {
    const { decision } = decideFully(makeKubeletCase(change), makePolicy([rule]), {
      node: nodeIs(node),
    });
    const { outcome, violations, wakeOn } = decision;
    return { outcome: outcome.kind, codes: violations.map(({ code }) => code), wakeOn };
  };
  const passes = { outcome: 'approve', codes: [], wakeOn: [] };

  it('keeps its name from a stranger where the rule says so, until it changes', () => {
    expect(decide(strict, WORKER)).toEqual({
      outcome: 'wait',
      codes: ['NodeAlreadyReady'],
      wakeOn: [{ kind: 'node', name: 'worker-1' }],
    });
  });

  it.each<[string, Rule, typeof WORKER | undefined, Change]>([
    ['the rule does not say so', makeKubeletRule(), WORKER, {}],
    ['it is not Ready', strict, { ...WORKER, isReady: false }, {}],
    ['it does not exist', strict, undefined, {}],
    [
      'it asks itself',
      strict,
      WORKER,
      {
        csr: {
          requester: {
            username: 'system:node:worker-1',
            uid: '',
            groups: ['system:nodes'],
            extra: {},
          },
        },
      },
    ],
  ])('hinders nobody where %s', (_, rule, node, change) => {
    expect(decide(rule, node, change)).toEqual(passes);
  });
});
