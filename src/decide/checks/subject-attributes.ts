// SPDX-License-Identifier: Apache-2.0
// Attributes of the subject beyond CN and O: judged where a rule names them, ignored elsewhere (our signer copies none unjudged).

import { matchesAny, shownMatchers } from '../../vocabulary/matchers.js';
import { quotedList } from '../../vocabulary/printable.js';
import { type Check, passed, violated } from '../check.js';

/** Every value of an attribute that the rule names is one that it allows; the attribute may be missing. */
export const subjectAttributes: Check = {
  codes: ['SubjectAttributeNotAllowed'],
  source: 'request',
  run: ({ facts, rule, bindings }) =>
    Object.entries(rule.attributes).map(([type, allowed]) => {
      const seen = facts.subject.filter((each) => each.type === type).map(({ value }) => value);
      const outside = seen.filter((value) => !matchesAny(allowed, value, bindings));
      const want = `${type} ${shownMatchers(allowed, bindings)}`;
      const looked = { want, saw: quotedList(seen), source: 'request' } as const;
      if (outside.length === 0) return passed('SubjectAttributeNotAllowed', looked);
      const text = `subject attribute ${type} ${quotedList(outside)} is not allowed (allowed: ${shownMatchers(allowed, bindings)})`;
      return violated('SubjectAttributeNotAllowed', looked, text);
    }),
};
