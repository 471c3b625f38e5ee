// SPDX-License-Identifier: Apache-2.0
// How long the certificate may live: a check on spec.expirationSeconds, never a change of what the signer does.

import { shownSeconds } from '../../vocabulary/durations.js';
import { type Check, passed, violated } from '../check.js';

/** The requested lifetime, else our own signer's default, is at most `lifetime.max` (semantics 5). */
export const lifetime: Check = {
  codes: ['LifetimeTooLong', 'LifetimeMissing'],
  source: 'spec',
  run: ({ csr, rule, signer }) => {
    const max = rule.lifetime.maxSeconds;
    const seconds = csr.expirationSeconds ?? signer?.defaultLifetimeSeconds;
    const want = max === undefined ? 'any lifetime' : `at most ${shownSeconds(max)}`;
    const saw = seconds === undefined ? 'nothing' : shownSeconds(seconds);
    const origin =
      csr.expirationSeconds === undefined && seconds !== undefined ? ' (signer default)' : '';
    const looked = { want, saw: saw + origin, source: 'spec' } as const;
    if (max !== undefined && seconds === undefined) {
      const text = `spec.expirationSeconds is missing; set it to at most ${shownSeconds(max)}`;
      return [violated('LifetimeMissing', looked, text)];
    }
    if (max !== undefined && seconds !== undefined && seconds > max) {
      const text = `a lifetime of ${shownSeconds(seconds)}${origin} is too long; set spec.expirationSeconds to at most ${shownSeconds(max)}`;
      return [violated('LifetimeTooLong', looked, text), passed('LifetimeMissing', looked)];
    }
    return [passed('LifetimeTooLong', looked), passed('LifetimeMissing', looked)];
  },
};
