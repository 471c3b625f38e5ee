// SPDX-License-Identifier: Apache-2.0
// The words of the policy language: a plain string is literal, `/…/` a pattern, `{…}` inserts a value.

import { canonicalDnsName } from '../vocabulary/dns-names.js';
import { MAX_ATTRIBUTE_CHARACTERS } from '../vocabulary/limits.js';
import {
  type Fold,
  literalMatcher,
  type Matcher,
  patternMatcher,
  suffixMatcher,
  templateMatcher,
} from '../vocabulary/matchers.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { isPattern, parsePattern } from './patterns.js';
import type { Fault } from './problem.js';
import type { TextForm } from './schema-parts.js';
import { isTemplate, parseTemplate } from './templates.js';

/** What JSON Schema says of words: what begins with a slash is a pattern, and a star stands nowhere else. */
export const WORD_FORM: TextForm = {
  // Patterns have a bound of their own, below this one.
  maxLength: MAX_ATTRIBUTE_CHARACTERS,
  pattern: '^(/[\\s\\S]+/|[^/*][^*]*)$',
};

/** How one kind of value is written and compared. */
export interface WordKind {
  /** What is wrong with a literal (no template); undefined when nothing is. */
  readonly literalFault?: (text: string) => string | undefined;
  /** A text that stands for everything that ends in it; what is wrong with its rest is told as of a literal. */
  readonly isSuffix?: (text: string) => boolean;
  /** The form in which values are compared; a kind that folds ignores case in patterns. */
  readonly fold?: Fold;
}

/** Kubernetes user names, groups, and subject names: compared as they are. */
export const plainKind: WordKind = {};

/** Names of a subject. */
export const subjectKind: WordKind = {
  literalFault: (text) =>
    text === 'system:masters' ? '"system:masters" is never given to anybody' : undefined,
};

/** DNS names: compared without regard to case or one trailing dot. `.corp.example` is every name below it. */
export const dnsKind: WordKind = {
  literalFault: (text) =>
    canonicalDnsName(text.replace(/^\./, '')) === undefined
      ? `${quoted(text)} is not a host name`
      : undefined,
  isSuffix: (text) => text.startsWith('.'),
  fold: (value) => canonicalDnsName(value) ?? value.toLowerCase().replace(/\.$/, ''),
};

/** E-mail addresses: compared as they are. `@corp.example` is every address there. */
export const emailKind: WordKind = { isSuffix: (text) => text.startsWith('@') };

/** Names of nodes: compared as they are, since they are parts of user names. */
export const nodeKind: WordKind = {
  literalFault: (text) =>
    canonicalDnsName(text) === text ? undefined : `${quoted(text)} is not the name of a node`,
};

/** Service accounts as `namespace/name`. */
export const serviceAccountKind: WordKind = {
  literalFault: (text) =>
    /^[a-z0-9-]{1,63}\/[a-z0-9.-]{1,253}$/.test(text)
      ? undefined
      : `${quoted(text)} is not a service account; write namespace/name`,
};

/** One word as a matcher. `templates` are the names that it may insert; in most places there are none. */
export function parseWord(
  text: string,
  kind: WordKind,
  templates: readonly string[] = [],
): Result<Matcher, Fault> {
  if (isPattern(text)) {
    const pattern = parsePattern(text, kind.fold !== undefined);
    return pattern.ok ? ok(patternMatcher(text, pattern.value, kind.fold)) : pattern;
  }
  const fault = textFault(text);
  if (fault !== undefined) return fail({ code: 'PolicyInvalidValue', message: fault });
  if (isTemplate(text)) {
    const parts = parseTemplate(text, templates);
    return parts.ok ? ok(templateMatcher(text, parts.value, kind.fold)) : parts;
  }
  const literalFault = kind.literalFault?.(text);
  if (literalFault !== undefined)
    return fail({ code: 'PolicyInvalidValue', message: literalFault });
  if (kind.isSuffix?.(text) === true) return ok(suffixMatcher(text, kind.fold));
  return ok(literalMatcher(text, kind.fold));
}

/** Text that could be meant as something else than a literal fails here, not silently in production. */
function textFault(text: string): string | undefined {
  if (text === '') return 'the text is empty';
  if (text.length > MAX_ATTRIBUTE_CHARACTERS) {
    return `the text is longer than ${MAX_ATTRIBUTE_CHARACTERS} characters`;
  }
  if (text.includes('*')) {
    return `a star means nothing in ${quoted(text)}; write a pattern, for example /[a-z0-9-]+\\.example\\.com/`;
  }
  if (text !== text.trim() || /\p{Cc}/u.test(text)) {
    return 'white space around the text, or a control character in it, would never match; remove it';
  }
  return undefined;
}
