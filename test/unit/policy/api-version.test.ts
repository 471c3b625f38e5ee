// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { goodPolicy, problemsOf } from './good-policy.js';

const messageFor = (version: string): string | undefined =>
  problemsOf(goodPolicy.replace('v1alpha1', version))[0]?.message;

const WRITE = 'write the policy in kube-csr-approver/v1alpha1';

describe('a policy in another version of the language', () => {
  it.each(['v1alpha2', 'v1beta1', 'v1', 'v2alpha1', 'v10'])(
    'that a newer program may know, %s, is told to upgrade the program or to be written anew',
    (version) => {
      expect(messageFor(version)).toMatch(new RegExp(`: upgrade the program, or ${WRITE}$`));
    },
  );

  it.each(['v1alpha0', 'v0', 'v0beta3', 'v1alpha', 'v1gamma1', 'one', ''])(
    'that no newer program knows, "%s", is only told to be written anew',
    (version) => {
      expect(messageFor(version)).toMatch(new RegExp(`"kube-csr-approver/${version}": ${WRITE}$`));
    },
  );
});
