// SPDX-License-Identifier: Apache-2.0
// Lifetimes that nobody bounds, and defaults that a rule refuses.

import type { Rule } from '../../decide/rule.js';
import { shownSeconds } from '../../vocabulary/durations.js';
import { givesClients } from './client-rules.js';
import { type Finder, inRule, inSigner, type LintView } from './finding.js';

/** Rules for client certificates whose lifetime neither rule nor signer bounds. Kubelets never ask for one. */
export const findUnbounded: Finder = (view) =>
  view.rules.filter(givesClients).flatMap((rule) => {
    const { signerName } = rule.match;
    const isBounded =
      rule.lifetime.maxSeconds !== undefined ||
      view.isWritten(inSigner(signerName, 'lifetime', 'max'));
    if (isBounded) return [];
    const most = view.signers.get(signerName)?.lifetime.maxSeconds;
    const words =
      most === undefined
        ? 'a client certificate may be asked for as long as its signer gives it'
        : `a client certificate may live ${shownSeconds(most)}, what our signer gives by default`;
    return [{ code: 'LifetimeUnbounded', path: inRule(rule, 'lifetime', 'max'), message: words }];
  });

/** Rules that refuse what our signer gives by default. */
export const findLongDefaults: Finder = (view) =>
  view.rules.flatMap((rule) => {
    const seconds = defaultSeconds(view, rule);
    const { maxSeconds } = rule.lifetime;
    if (rule.preset !== undefined || seconds === undefined || maxSeconds === undefined) return [];
    if (seconds <= maxSeconds) return [];
    const message = `a request that does not say how long gets ${shownSeconds(seconds)} from our signer, so the rule refuses it`;
    return [{ code: 'DefaultTooLong', path: inRule(rule, 'lifetime', 'max'), message }];
  });

const defaultSeconds = ({ policy }: LintView, { match }: Rule): number | undefined =>
  policy.signerTerms(match.signerName)?.defaultLifetimeSeconds;
