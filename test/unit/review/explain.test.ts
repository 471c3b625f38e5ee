import { describe, expect, it } from '@jest/globals';
import type { CompiledPolicy } from '../../../src/decide/rule.js';
import type { Case } from '../../../src/request/case.js';
import type { CsrCondition } from '../../../src/request/csr-object.js';
import { explain } from '../../../src/review/explain.js';
import { explanationText } from '../../../src/review/explain-text.js';
import type { Explanation, MissingRight } from '../../../src/review/explanation.js';
import {
  type Answers,
  answerWith,
  down,
  KUBELET_SIGNER,
  makeCase,
  makeKubeletRule,
  makePolicy,
  makeRule,
  makeServingCase,
  makeServingRule,
  matcher,
  NOW_MS,
} from '../../support/decide.js';

const AT = '2026-11-22T11:58:00Z';

const condition = (type: string, reason: string, message: string): CsrCondition => ({
  type,
  status: 'True',
  reason,
  message,
  lastUpdateTime: AT,
  raw: {},
});

const byUs = condition('Approved', 'PolicyApproved', 'rule developers, policy 3f9c1a2b');

const ask = (
  subject: Case,
  more: {
    policy?: CompiledPolicy;
    answers?: Answers;
    object?: unknown;
    missingRights?: readonly MissingRight[];
  } = {},
): Promise<Explanation> =>
  explain(subject, {
    policy: more.policy ?? makePolicy([makeRule()]),
    resolve: (need) => Promise.resolve(answerWith(more.answers ?? {})(need)),
    nowMs: NOW_MS,
    object: more.object,
    missingRights: () => more.missingRights ?? [],
  });

const textOf = async (...args: Parameters<typeof ask>): Promise<string> =>
  explanationText(await ask(...args));

const decided = (...conditions: CsrCondition[]): Case => makeCase({ csr: { conditions } });

/** managedFields as the API server keeps them for a condition. */
const written = (manager: string): unknown => ({
  metadata: {
    managedFields: [
      { manager: 'kubectl-create', fieldsV1: { 'f:spec': {} } },
      {
        manager,
        subresource: 'approval',
        fieldsV1: { 'f:status': { 'f:conditions': { 'k:{"type":"Approved"}': {} } } },
      },
    ],
  },
});

describe('the request in plain words', () => {
  it('names who asks whom for what, in which names, with which key, for how long', async () => {
    expect(await textOf(makeCase())).toContain(
      '\n  "jane" asks kubernetes.io/kube-apiserver-client for a client certificate in the name of "jane" (groups "dev"), with the key ECDSA P-256, for 3600 seconds (1h).\n',
    );
    expect(await textOf(makeServingCase(), { policy: makePolicy([]) })).toContain(
      'for a serving certificate in the name of "system:node:worker-1" (groups "system:nodes") for "worker-1", "10.1.0.7", with the key',
    );
  });

  it('shows nothing that a requester could write to a terminal', async () => {
    const csr = {
      name: 'a\u001b[2Jb',
      requester: { username: 'eve\nroot', uid: '', groups: ['a\u202eb'], extra: {} },
    };
    const text = await textOf(makeCase({ csr, facts: { commonName: '\u0007' } }));

    const shown = Array.from(text.replaceAll('\n', ''));
    expect(shown.filter((each) => each < ' ' || each === '\u202e')).toEqual([]);
    expect(text).toContain('"eve\\u{a}root"');
  });

  it('says why it cannot be read', async () => {
    const error = { code: 'PemLabel', at: 'pem line 1', detail: 'the label is another' } as const;
    const answer = await ask(makeCase({ reading: { ok: false, error } }), {
      policy: makePolicy([]),
    });

    expect(answer).toMatchObject({ decision: 'leave', facts: null, refusal: error });
    expect(answer.remedies.map(({ code }) => code)).toEqual(['NoRuleMatches', 'PemLabel']);
    expect(explanationText(answer)).toContain(
      'the request cannot be read: PemLabel (pem line 1): the label is another',
    );
  });
});

describe('a request that somebody decided', () => {
  const cases: Readonly<
    Record<string, { conditions: CsrCondition[]; object?: unknown; says: string[] }>
  > = {
    'this program': {
      conditions: [byUs],
      object: written('kube-csr-approver'),
      says: [
        `approved ${AT} by this program (rule developers, policy 3f9c1a2b), field manager "kube-csr-approver": PolicyApproved`,
        'the policy at hand (3f9c1a2b), the same one, agrees',
      ],
    },
    'an older policy of this program': {
      conditions: [condition('Approved', 'PolicyApproved', 'rule developers, policy 00000000')],
      says: ['(rule developers, policy 00000000)', 'the policy at hand (3f9c1a2b) agrees'],
    },
    'somebody who writes like this program': {
      conditions: [byUs],
      object: written('evil'),
      says: ['field manager "evil"', 'but another field manager wrote this'],
    },
    'a person with kubectl': {
      conditions: [
        condition('Denied', 'KubectlDeny', 'This CSR was denied by kubectl certificate deny.'),
      ],
      says: [
        `denied ${AT} by kubectl certificate: KubectlDeny`,
        'the policy at hand (3f9c1a2b) disagrees: approve',
      ],
    },
    'kube-controller-manager': {
      conditions: [condition('Approved', 'AutoApproved', 'Auto approving …')],
      says: [`approved ${AT} by kube-controller-manager: AutoApproved`],
    },
    'another program': {
      conditions: [condition('Approved', 'Because', 'I say so')],
      says: [`approved ${AT} by somebody else: Because: I say so`],
    },
    'two who disagree: the denial counts': {
      conditions: [byUs, condition('Denied', 'KubectlDeny', 'no')],
      says: [`denied ${AT} by kubectl certificate`],
    },
  };

  it.each(Object.entries(cases))('is told by whom: %s', async (_, { conditions, object, says }) => {
    const text = await textOf(decided(...conditions), { object });

    for (const words of says) expect(text).toContain(words);
    expect(text.includes('another field manager')).toBe(says.join(' ').includes('another field'));
  });

  it('is no matter for comparison where the cluster may have been another one', async () => {
    const serving = makeServingCase({ csr: { conditions: [byUs] } });
    const answer = await ask(serving, { policy: makePolicy([makeServingRule()]) });

    expect(answer).toMatchObject({ reason: 'NodeNotFound', agrees: null });
  });

  it('has what Failed says', async () => {
    const text = await textOf(decided(byUs, condition('Failed', 'TooManyNames', 'too many')));

    expect(text).toContain(`failed ${AT}: TooManyNames: too many`);
  });

  const signers: Readonly<Record<string, { signerName: string; says: string }>> = {
    'this program, by its policy': {
      signerName: 'kubernetes.io/kube-apiserver-client',
      says: 'the policy has a signers entry for kubernetes.io/kube-apiserver-client',
    },
    'kube-controller-manager': {
      signerName: KUBELET_SIGNER,
      says: 'is signed by the controller csrsigning of kube-controller-manager',
    },
    'somebody else': {
      signerName: 'example.org/x',
      says: "example.org/x is somebody else's signer",
    },
  };

  it.each(Object.entries(signers))(
    'and not issued says whose turn it is: %s',
    async (_, { signerName, says }) => {
      const terms = { defaultLifetimeSeconds: 3600, usages: [] };
      const policy = makePolicy([], { signers: { 'kubernetes.io/kube-apiserver-client': terms } });
      const text = await textOf(makeCase({ csr: { signerName, conditions: [byUs] } }), { policy });

      expect(text).toContain(`approved and not issued since ${AT}: `);
      expect(text).toContain(says);
    },
  );
});

describe('a request that no rule speaks of', () => {
  const cases: Readonly<
    Record<string, { subject: Case; rule: ReturnType<typeof makeRule>; says: string }>
  > = {
    'its groups': {
      subject: makeCase({
        csr: { requester: { username: 'jane', uid: '', groups: ['ops'], extra: {} } },
      }),
      rule: makeRule(),
      says: 'developers (enforce): requester.groups want oidc:dev-team; saw "ops"',
    },
    'that it is no kubelet': {
      subject: makeServingCase({
        csr: { requester: { username: 'jane', uid: '', groups: [], extra: {} } },
      }),
      rule: makeServingRule(),
      says: 'preset kubelet-serving want a user system:node:<name> in the group system:nodes; saw "jane"',
    },
    'the name of its node': {
      subject: makeServingCase(),
      rule: makeServingRule({
        match: { ...makeServingRule().match, nodes: [matcher('worker-2')] },
      }),
      says: 'kubelet-serving (enforce): nodes want worker-2; saw "worker-1"',
    },
    'that the rule has ended': {
      subject: makeCase(),
      rule: makeRule({ validUntilMs: NOW_MS }),
      says: 'developers (enforce): validUntil want before 2026-11-22T12:00:00.000Z; saw later',
    },
  };

  it.each(Object.entries(cases))('says what of it did not match: %s', async (_, each) => {
    const { subject, rule, says } = each;
    const answer = await ask(subject, { policy: makePolicy([rule]) });

    expect(answer).toMatchObject({ decision: 'leave', reason: 'NoRuleMatches', rules: [] });
    expect(answer.unmatched.flatMap(({ misses }) => misses)).toHaveLength(1);
    expect(explanationText(answer)).toContain(says);
  });

  it('says when there is no rule for its signer', async () => {
    const text = await textOf(makeCase({ csr: { signerName: 'example.org/x' } }));

    expect(text).toContain('no rule is for the signer example.org/x');
  });

  it('says when only a shadow rule does', async () => {
    const answer = await ask(makeCase(), { policy: makePolicy([makeRule({ mode: 'shadow' })]) });

    expect(answer.message).toBe(
      'only rules in mode shadow speak of this signer name and requester',
    );
  });
});

describe('what could not be learned', () => {
  const right = { right: 'create subjectaccessreviews.authorization.k8s.io', neededFor: 'a guard' };

  it('is no violation, and the decision is not known', async () => {
    const answer = await ask(makeCase(), {
      answers: { everything: down },
      missingRights: [right],
    });
    const text = explanationText(answer);

    const [rule] = answer.rules;
    expect(rule?.checks.filter(({ ok }) => ok === false)).toEqual([]);
    expect(rule?.checks.at(-1)).toMatchObject({ outcome: 'unknown', ok: null });
    expect(answer.known).toBe(false);
    expect(text).toMatch(/^jane-laptop: not known; with what is known wait until /);
    expect(text).toContain(
      'not known, since you lack rights that the controller has:\n  create subjectaccessreviews.authorization.k8s.io: a guard\n',
    );
  });

  it('does not matter where something else is wrong for ever', async () => {
    const answer = await ask(makeServingCase({ facts: { commonName: 'system:node:other' } }), {
      policy: makePolicy([makeServingRule()]),
      answers: { node: down },
    });

    expect(answer.known).toBe(true);
  });

  it('does not matter where another rule approves', async () => {
    const policy = makePolicy([
      makeKubeletRule({ readyNode: 'refuse' }),
      makeKubeletRule({ name: 'other', readyNode: 'allow' }),
    ]);
    const subject = makeCase({
      csr: {
        signerName: KUBELET_SIGNER,
        expirationSeconds: undefined,
        requester: {
          username: 'system:bootstrap:abcdef',
          uid: '',
          groups: ['system:bootstrappers'],
          extra: {},
        },
      },
      facts: { commonName: 'system:node:worker-1', organizations: ['system:nodes'] },
    });
    const answer = await ask(subject, { policy, answers: { node: down } });

    expect(answer).toMatchObject({ decision: 'approve', rule: 'other', known: true });
  });
});

describe('a request that awaits review', () => {
  const policy = makePolicy([makeRule({ mode: 'review' })]);

  const names: Readonly<Record<string, { name: string; approve: string }>> = {
    plain: { name: 'jane-laptop', approve: 'kubectl certificate approve jane-laptop' },
    'of a kubelet': { name: 'csr-2x9:1.a_b', approve: 'kubectl certificate approve csr-2x9:1.a_b' },
    'that would be a flag': { name: '-f', approve: "kubectl certificate approve -- '-f'" },
    'that would run another command': {
      name: '$(reboot);`x`',
      approve: "kubectl certificate approve -- '$(reboot);`x`'",
    },
    'that would end its quotes': {
      name: "a'b",
      approve: "kubectl certificate approve -- 'a'\\''b'",
    },
  };

  it.each(Object.entries(names))(
    'has the exact command for a name %s',
    async (_, { name, approve }) => {
      const answer = await ask(makeCase({ csr: { name } }), { policy });

      expect(answer.review).toEqual({
        approve,
        deny: approve.replace('approve', 'deny'),
      });
      expect(explanationText(answer)).toContain(`a person is to decide:\n  ${approve}\n`);
    },
  );

  it('has none for a name that a terminal would not show as it is', async () => {
    const answer = await ask(makeCase({ csr: { name: 'a\u001bb' } }), { policy });

    expect(answer.review).toBeNull();
    expect(explanationText(answer)).toContain('characters that no shell line can show');
  });

  it('has none once somebody decided', async () => {
    const answer = await ask(decided(byUs), { policy });

    expect(answer).toMatchObject({ decision: 'review', review: null, agrees: null });
  });
});
