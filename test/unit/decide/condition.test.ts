import { describe, expect, it } from '@jest/globals';
import { claimOf, conditionOf, finalMessage } from '../../../src/decide/condition.js';
import { decideFully, makeCase, makePolicy, makeRule } from '../../support/decide.js';

const decisionOf = (subject = makeCase()) =>
  decideFully(subject, makePolicy([makeRule()])).decision;

describe('what a condition says about who decided', () => {
  it('is read back from an approval', () => {
    const condition = conditionOf(decisionOf());

    expect(claimOf(condition?.message ?? '')).toEqual({
      rule: 'developers',
      policyHash: '3f9c1a2b',
    });
  });

  it('is read back from a denial', () => {
    const condition = conditionOf(decisionOf(makeCase({ facts: { commonName: 'admin' } })));

    expect(condition?.type).toBe('Denied');
    expect(claimOf(condition?.message ?? '')).toEqual({
      rule: 'developers',
      policyHash: '3f9c1a2b',
    });
  });

  it('is read back from a denial that was cut', () => {
    const message = finalMessage('x'.repeat(5000), 'rule developers, policy 3f9c1a2b');

    expect(message).toHaveLength(1024);
    expect(claimOf(message)).toEqual({ rule: 'developers', policyHash: '3f9c1a2b' });
  });

  const others: Readonly<Record<string, string>> = {
    'of kubectl': 'This CSR was approved by kubectl certificate approve.',
    'of kube-controller-manager':
      'Auto approving self kubelet client certificate after SubjectAccessReview.',
    'of a signer': 'the CA is too old. This request is final. [signer a.b/c, policy 3f9c1a2b]',
    'that goes on': 'rule developers, policy 3f9c1a2b and more',
    'that begins before': 'by rule developers, policy 3f9c1a2b',
    'with a hash that is none': 'rule developers, policy 3f9c1a2g',
    'with a rule that has no such name': 'rule Developers!, policy 3f9c1a2b',
    'that is empty': '',
  };

  it.each(Object.entries(others))('is nothing in a text %s', (_, message) => {
    expect(claimOf(message)).toBeUndefined();
  });
});
