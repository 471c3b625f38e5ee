// SPDX-License-Identifier: Apache-2.0
// Splits `{…}` templates into text and names; what they insert is never read as a pattern.

import type { TemplatePart } from '../vocabulary/matchers.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Fault } from './problem.js';

/** Names that a rule's templates may insert. `requester.groups` has several values: any of them. */
export const TEMPLATE_NAMES = [
  'requester.username',
  'requester.groups',
  'requester.serviceAccount.namespace',
  'requester.serviceAccount.name',
  'node.name',
] as const;

const faulty = (message: string): Result<never, Fault> =>
  fail({ code: 'PolicyBadPattern', message });

/** Whether `text` is meant as a template. */
export const isTemplate = (text: string): boolean => /[{}]/.test(text);

/** The parts of template `text`; `known` are the names that may stand in it. */
export function parseTemplate(
  text: string,
  known: readonly string[],
): Result<readonly TemplatePart[], Fault> {
  const parts = text.split(/(\{[^{}]*\})/).filter((part) => part !== '');
  const names = parts.flatMap((part) => nameOf(part) ?? []);
  if (parts.some((part) => nameOf(part) === undefined && isTemplate(part))) {
    return faulty(
      'a brace has no partner; a brace as such can only be written inside a pattern, as in /a\\{b\\}/',
    );
  }
  if (known.length === 0) {
    return faulty(`${quoted(`{${names[0] ?? ''}}`)} has nothing to insert here; write the value`);
  }
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const list = known.map((name) => `{${name}}`).join(', ');
    return faulty(`nothing is known as ${quoted(`{${unknown}}`)} (known: ${list})`);
  }
  if (new Set(names).size < names.length) {
    return faulty('the same name is inserted twice; one value would not be equal to the other');
  }
  return ok(
    parts.map((part) => {
      const insert = nameOf(part);
      return insert === undefined ? { text: part } : { insert };
    }),
  );
}

const nameOf = (part: string): string | undefined => /^\{([^{}]*)\}$/.exec(part)?.[1];
