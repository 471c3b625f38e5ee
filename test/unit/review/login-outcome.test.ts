// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import {
  type LoginIssued,
  loginOutcomeText,
  refusedLogin,
} from '../../../src/review/login-outcome.js';
import { janesRequest, janesWish, newKey } from '../../support/logins.js';

const key = newKey();
const outcomeOf = (conditions: readonly object[], certificate?: string) =>
  refusedLogin(janesRequest(key, janesWish, { conditions, certificate }));
const textOf = (conditions: readonly object[]): string => {
  const refused = outcomeOf(conditions);
  return refused === undefined ? '' : loginOutcomeText(refused);
};

const APPROVED = { type: 'Approved', status: 'True', reason: 'PolicyApproved' };
const DENIED = { type: 'Denied', status: 'True', reason: 'KubectlDeny', message: 'not today' };
const FAILED = { type: 'Failed', status: 'True', reason: 'NoCa', message: 'no "CA"' };
const issued: LoginIssued = {
  state: 'issued',
  csr: 'jane',
  signerName: 'kubernetes.io/kube-apiserver-client',
  commonName: 'jane',
  organizations: ['qa'],
  serial: '1f',
  notBefore: '2026-11-22T08:00:00.000Z',
  notAfter: '2026-11-22T16:00:00.000Z',
  kubeconfig: 'jane.kubeconfig',
  context: 'jane',
};

describe('a request that is over', () => {
  it.each([
    ['denied', [DENIED], 'request jane was denied: KubectlDeny\n  not today\n'],
    ['denied after all', [APPROVED, DENIED], 'request jane was denied: KubectlDeny\n  not today\n'],
    [
      'given up by its signer',
      [APPROVED, FAILED],
      'request jane was approved, but its signer gave it up: NoCa\n  no "CA"\n',
    ],
    [
      'denied without a word',
      [{ type: 'Denied', status: 'True' }],
      'request jane was denied: no reason\n',
    ],
    [
      'denied by somebody who plays with terminals',
      [{ ...DENIED, reason: 'A\u001b[2J', message: 'line\nline \u202e \\u{41} "x"' }],
      'request jane was denied: A\\u{1b}[2J\n  line\\u{a}line \\u{202e} \\u{41} "x"\n',
    ],
  ])('%s', (_, conditions, says) => {
    expect(textOf(conditions)).toBe(says);
  });

  it('tells programs the very words', () => {
    expect(outcomeOf([{ ...DENIED, message: 'a\nb' }])).toEqual({
      state: 'denied',
      csr: 'jane',
      reason: 'KubectlDeny',
      message: 'a\nb',
    });
  });

  it('shows no message without end', () => {
    expect(textOf([{ ...DENIED, message: 'x'.repeat(30_000) }]).length).toBeLessThan(2_200);
  });

  it.each([
    ['pending', [], undefined],
    ['approved', [APPROVED], undefined],
    ['issued', [APPROVED], 'Y2VydA=='],
  ])('is not one that is %s', (_, conditions, certificate) => {
    expect(outcomeOf(conditions, certificate)).toBeUndefined();
  });
});

describe('a certificate that is written', () => {
  it('is told with the command that uses it', () => {
    expect(loginOutcomeText(issued)).toBe(
      [
        'request jane is issued: CN=jane, O=qa, valid until 2026-11-22 16:00 UTC',
        'jane.kubeconfig is written; use it:',
        '  kubectl --kubeconfig jane.kubeconfig auth whoami',
        '',
      ].join('\n'),
    );
  });

  it('is quoted for the shell where its path needs it', () => {
    expect(loginOutcomeText({ ...issued, kubeconfig: "my 'files'/jane.kubeconfig" })).toContain(
      "\n  kubectl --kubeconfig 'my '\\''files'\\''/jane.kubeconfig' auth whoami\n",
    );
  });
});
