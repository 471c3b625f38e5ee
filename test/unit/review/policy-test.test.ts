// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { node, oneCase, onlyCase, report } from './policy-test-folder.js';

describe('the policy of a test file', () => {
  it('whose bytes are no UTF-8 is refused at its line', async () => {
    const { files } = await report(oneCase(), {
      'policy.yaml': Buffer.from('kind: dev-t\xe9am\n', 'latin1'),
    });

    expect(files[0]?.problems).toEqual([
      'team/policy.yaml:1:12: the byte 0xe9 is not UTF-8; save the text in UTF-8',
    ]);
  });
});

describe('a case', () => {
  it('passes where decision, rule and codes are as expected', async () => {
    const { passed, failed, files } = await report(oneCase());

    expect([passed, failed]).toEqual([1, 0]);
    expect(files[0]?.cases[0]).toEqual({
      name: 'alice',
      line: 4,
      passed: true,
      expected: { decision: 'approve', rule: 'developers', codes: ['PolicyApproved'] },
      decided: {
        decision: 'approve',
        rule: 'developers',
        codes: ['PolicyApproved'],
        rules: [
          { name: 'developers', mode: 'enforce', decision: 'approve', codes: ['PolicyApproved'] },
          { name: 'trial', mode: 'shadow', decision: 'approve', codes: ['PolicyApproved'] },
        ],
      },
      differences: [],
      hints: [],
      checks: [],
    });
  });

  const failing: Readonly<Record<string, { expect: object; differs: string; hint?: string }>> = {
    'another decision': {
      expect: { decision: 'deny' },
      differs: 'decision approve, not deny',
    },
    'another rule': {
      expect: { decision: 'approve', rule: 'robots' },
      differs: 'by rule developers, not by rule robots',
      hint: 'rule robots speaks of signer example.com/robots, the request is for kubernetes.io/kube-apiserver-client',
    },
    'no rule': {
      expect: { decision: 'approve', rule: null },
      differs: 'by rule developers, not by no rule',
    },
    'a rule that there is not': {
      expect: { decision: 'approve', rule: 'developer' },
      differs: 'by rule developers, not by rule developer',
      hint: 'the policy has no rule "developer"',
    },
    'another code': {
      expect: { decision: 'approve', codes: ['KeyNotAllowed'] },
      differs: 'KeyNotAllowed missing',
    },
    'another decision of a shadow rule': {
      expect: { decision: 'approve', rules: { trial: { decision: 'deny' } } },
      differs: 'rule trial: decision approve, not deny',
    },
    'silence of a shadow rule': {
      expect: { decision: 'approve', rules: { trial: { decision: 'none' } } },
      differs: 'rule trial: decision approve, not none',
    },
    'a word of a rule that does not speak of it': {
      expect: { decision: 'approve', rules: { 'kubelet-serving': { decision: 'leave' } } },
      differs: 'rule kubelet-serving: decision none, not leave',
      hint: 'rule kubelet-serving speaks of signer kubernetes.io/kubelet-serving, the request is for kubernetes.io/kube-apiserver-client',
    },
  };

  it.each(Object.entries(failing))('fails where it expects %s', async (_, wanted) => {
    const { passed, differences, hints } = await onlyCase(oneCase({ expect: wanted.expect }));

    expect(passed).toBe(false);
    expect(differences[0]).toBe(wanted.differs);
    expect(hints).toEqual(wanted.hint === undefined ? [] : [wanted.hint]);
  });

  it('that fails shows the checks that explain it: those violated, and those expected to be', async () => {
    const expected = { decision: 'deny', codes: ['LifetimeTooLong'] };
    const { checks } = await onlyCase(
      oneCase({ request: { commonName: 'bob' }, expect: expected }),
    );

    expect(checks.map(({ rule, code, ok }) => [rule, code, ok])).toEqual([
      ['developers', 'CommonNameNotAllowed', false],
      ['developers', 'LifetimeTooLong', true],
      ['trial', 'CommonNameNotAllowed', false],
      ['trial', 'LifetimeTooLong', true],
    ]);
  });

  it('that speaks of a requester whom the rule does not know says so', async () => {
    const expected = { decision: 'approve', rule: 'developers' };
    const { hints } = await onlyCase(oneCase({ groups: ['sales'], expect: expected }));

    expect(hints).toEqual([
      'rule developers does not speak of this requester, or is no longer valid',
    ]);
  });
});

describe('a request', () => {
  const approved = { decision: 'approve', rule: 'developers' };

  it('may be a file in PEM', async () => {
    const { decided } = await onlyCase(oneCase({ request: 'alice.csr.pem', expect: approved }));

    expect(decided.codes).toEqual(['OrganizationNotAllowed']);
  });

  it('may be a manifest, whose requester counts', async () => {
    const cases = 'cases: [{ name: a, request: alice.yaml, expect: { decision: deny } }]';

    expect((await onlyCase(cases)).decided.codes).toEqual(['OrganizationNotAllowed']);
  });

  it('is said by the case, else by its manifest, else by the defaults', async () => {
    const cases = `defaults: { expirationSeconds: 99999, groups: [sales] }
cases: [{ name: a, request: alice.yaml, expirationSeconds: 88888, expect: { decision: deny } }]`;
    const { decided } = await onlyCase(cases);

    expect(decided.codes).toEqual(['OrganizationNotAllowed', 'LifetimeTooLong']);
    expect(decided.rules.map(({ name }) => name)).toEqual(['developers']);
  });

  it('takes from the defaults what its manifest leaves out', async () => {
    const cases = `defaults: { as: alice, groups: [dev] }
cases: [{ name: a, request: unsaid.json, expect: { decision: deny } }]`;

    expect((await onlyCase(cases)).decided.codes).toEqual([
      'OrganizationNotAllowed',
      'LifetimeMissing',
    ]);
  });

  it('has the groups that the API server gives to everybody', async () => {
    const { decided } = await onlyCase(oneCase({ groups: undefined }));

    expect(decided.rules.map(({ name }) => name)).toEqual(['trial']);
  });

  it('of a service account has its groups', async () => {
    const robot = {
      signerName: 'example.com/robots',
      usages: ['client auth'],
      as: 'system:serviceaccount:shop:cart',
      groups: undefined,
      request: {},
      expect: { decision: 'approve', rule: 'robots' },
    };

    expect((await onlyCase(oneCase(robot))).differences).toEqual([]);
  });

  it.each([
    ['ecdsa', undefined],
    ['ecdsa-384', undefined],
    ['ecdsa-521', undefined],
    ['ed25519', undefined],
    ['rsa', undefined],
    ['rsa-3072', undefined],
  ])('of a short spec is real, with a key of kind %s', async (key) => {
    const tested = await onlyCase(oneCase({ request: { commonName: 'alice', key } }));

    expect(tested.differences).toEqual([]);
  });
});

describe('evidence', () => {
  const serving = (change: object = {}): string =>
    oneCase({
      signerName: 'kubernetes.io/kubelet-serving',
      as: 'system:node:worker-1',
      groups: ['system:nodes'],
      request: {
        commonName: 'system:node:worker-1',
        organizations: ['system:nodes'],
        sans: { ip: ['10.0.0.1'] },
      },
      expect: { decision: 'approve', rule: 'kubelet-serving' },
      ...change,
    });
  const missing = { decision: 'wait', codes: ['NodeNotFound'] };

  it.each([
    ['objects of the file', 'objects: [worker.json]\n', {}],
    ['objects that stand in the file', `objects: [${node('worker-1', '10.0.0.1')}]\n`, {}],
    ['objects of the case', '', { objects: ['worker.json'] }],
    [
      'an object of the case in place of one of the file',
      `objects: [${node('worker-1', '10.0.0.2')}, ${node('worker-2', '10.0.0.3')}]\n`,
      { objects: ['worker.json'] },
    ],
    ['nothing', '', { expect: missing }],
    [
      'nothing, and the end of a long wait',
      '',
      { waited: '1h', expect: { ...missing, decision: 'leave' } },
    ],
  ])('comes from %s', async (_, above, change) => {
    expect((await onlyCase(above + serving(change))).differences).toEqual([]);
  });

  it('of access reviews is said by the case, else by the defaults', async () => {
    const denied = oneCase({ expect: { decision: 'deny', codes: ['IdentityHasEveryRight'] } });
    const above = 'defaults: { access: { everything: allowed } }\n';

    expect((await onlyCase(above + denied)).differences).toEqual([]);
    const allowed = oneCase({ access: { everything: 'denied' } });
    expect((await onlyCase(above + allowed)).differences).toEqual([]);
  });
});
