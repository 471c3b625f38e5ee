// SPDX-License-Identifier: Apache-2.0
// The common name is the user that the certificate authenticates as: it must be one that the rule allows.

import { matchesAny, shownMatchers } from '../../vocabulary/matchers.js';
import { quoted } from '../../vocabulary/printable.js';
import { type Check, passed, violated } from '../check.js';

/** The common name matches `subject.commonName`; a rule that does not mention it allows none. */
export const commonName: Check = {
  codes: ['CommonNameNotAllowed', 'CommonNameMissing'],
  source: 'request',
  run: ({ facts, rule, bindings }) => {
    const allowed = rule.subject.commonName;
    const name = facts.commonName;
    const want = shownMatchers(allowed, bindings);
    const saw = name === undefined ? 'nothing' : quoted(name);
    const looked = { want, saw, source: 'request' } as const;
    if (allowed !== undefined && name === undefined) {
      return [violated('CommonNameMissing', looked, `a common name is missing (allowed: ${want})`)];
    }
    const fits = name === undefined || matchesAny(allowed ?? [], name, bindings);
    if (fits) return [passed('CommonNameNotAllowed', looked), passed('CommonNameMissing', looked)];
    const text = `common name ${saw} is not allowed (allowed: ${want})`;
    return [violated('CommonNameNotAllowed', looked, text), passed('CommonNameMissing', looked)];
  },
};
