// SPDX-License-Identifier: Apache-2.0
// csr-approver reasons: what a reason code means, and what requester and operator can do.

import { quoted } from '../vocabulary/printable.js';
import type { LintKind } from '../review/lint/catalogue.js';
import type { Reason } from '../vocabulary/reasons/reason.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { type Command, EXIT, type GivenFlags } from './command.js';
import { outputFlag, printedValue, readOutput } from './output.js';

/** The catalogue of reason codes: all of it, or one code. */
export const reasonsCommand: Command = {
  summary: 'Says what a reason code means, and what requester and operator can do.',
  usage: '[CODE] [flags]',
  positionals: 1,
  flags: { output: outputFlag('text', 'json', 'yaml') },
  run: async (given, process) => {
    const answer = await answerTo(given);
    if (answer.ok) process.out(answer.value);
    else process.err(`${answer.error}\n`);
    return answer.ok ? EXIT.yes : EXIT.unknown;
  },
};

/** One code, as it is printed. */
interface Entry {
  readonly code: string;
  readonly chapter: string;
  readonly meaning: string;
  readonly requester: string;
  readonly operator: string;
}

async function answerTo(given: GivenFlags): Promise<Result<string, string>> {
  const output = readOutput(given, 'text', 'json', 'yaml');
  if (!output.ok) return output;
  const entries = await readCatalogue();
  const [wanted] = given.positionals;
  if (wanted === undefined) {
    return ok(output.value === 'text' ? listText(entries) : printedValue(entries, output.value));
  }
  const all = [...entries, ...(await readWarnings())];
  const entry = all.find(({ code }) => code.toLowerCase() === wanted.toLowerCase());
  if (entry === undefined) return fail(unknownCode(wanted, all));
  return ok(output.value === 'text' ? entryText(entry) : printedValue(entry, output.value));
}

/** The texts are loaded here only: the controller needs the codes, not what is said about them. */
async function readCatalogue(): Promise<readonly Entry[]> {
  const { reasonChapters } = await import('../vocabulary/reasons.js');
  return reasonChapters.flatMap(({ title, codes }) =>
    Object.entries<Reason>(codes).map(([code, reason]) => ({ code, chapter: title, ...reason })),
  );
}

/** The warnings of lint. They are not listed with the others: nobody meets them at a request. */
async function readWarnings(): Promise<readonly Entry[]> {
  const { lintKinds } = await import('../review/lint/catalogue.js');
  return Object.entries<LintKind>(lintKinds).map(([code, { level, meaning, fix }]) => ({
    code,
    chapter: `${level} of lint`,
    meaning,
    requester: 'Nothing: this is about the policy.',
    operator: fix,
  }));
}

function listText(entries: readonly Entry[]): string {
  const width = Math.max(...entries.map(({ code }) => code.length));
  const lines = entries.flatMap(({ code, chapter, meaning }, index) => [
    ...(entries[index - 1]?.chapter === chapter ? [] : [...(index === 0 ? [] : ['']), chapter, '']),
    `  ${code.padEnd(width)}  ${meaning}`,
  ]);
  return `${lines.join('\n')}\n`;
}

const entryText = ({ code, chapter, meaning, requester, operator }: Entry): string =>
  `${code} (${chapter})\n  ${meaning}\n\n  Requester: ${requester}\n  Operator:  ${operator}\n`;

const MAX_SUGGESTIONS = 3;

/** Names the codes that share most of their words with what was asked for. */
function unknownCode(wanted: string, entries: readonly Entry[]): string {
  const words = wordsOf(wanted);
  const shared = (code: string): number =>
    wordsOf(code).filter((word) => words.includes(word)).length;
  const most = Math.max(...entries.map(({ code }) => shared(code)));
  const near = entries
    .filter(({ code }) => most > 0 && shared(code) === most)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ code }) => code);
  const advice =
    near.length > 0 ? `did you mean ${near.join(', ')}?` : 'csr-approver reasons lists them all';
  return `UsageError: there is no reason code ${quoted(wanted, 100)}; ${advice}`;
}

const wordsOf = (code: string): readonly string[] =>
  (code.match(/[A-Z]?[a-z0-9]+|[A-Z]+/g) ?? []).map((word) => word.toLowerCase());
