// SPDX-License-Identifier: Apache-2.0
// The flag -o, and how an answer is printed by it.

import { toYaml } from '../policy/to-yaml.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Flag, GivenFlags, Process } from './command.js';

/** Forms of an answer: for people, or its JSON value in one of two spellings. */
export type Output = 'text' | 'json' | 'yaml';

/** The flag of a command that prints in these forms; the first is the default. */
export const outputFlag = (...outputs: readonly [Output, ...Output[]]): Flag => ({
  type: 'string',
  short: 'o',
  value: outputs.join('|'),
  help: `form of the answer; default: ${outputs[0]}`,
});

/** The form that was asked for; the error is one line for the user. */
export function readOutput<Allowed extends Output>(
  given: GivenFlags,
  ...outputs: readonly [Allowed, ...Allowed[]]
): Result<Allowed, string> {
  const text = given.text('output') ?? outputs[0];
  const output = outputs.find((each) => each === text);
  if (output !== undefined) return ok(output);
  return fail(`UsageError: -o ${JSON.stringify(text)}: it takes ${outputs.join(', ')}`);
}

/** `value` as one document of JSON or YAML. */
export const printedValue = (value: unknown, output: Exclude<Output, 'text'>): string =>
  output === 'yaml' ? toYaml(value) : `${JSON.stringify(value, undefined, 2)}\n`;

/** How a command finds its answer, and words it for people. */
export interface Answering<T> {
  readonly find: () => Promise<Result<T, string>>;
  readonly words: (value: T) => string;
}

/** Finds the answer and prints it in the form that was asked for; undefined where there is none, once it was told why. */
export async function printAnswer<T extends object>(
  given: GivenFlags,
  process: Process,
  { find, words }: Answering<T>,
): Promise<T | undefined> {
  const output = readOutput(given, 'text', 'json', 'yaml');
  const answer = output.ok ? await find() : output;
  if (!answer.ok) process.err(`${answer.error}\n`);
  if (!output.ok || !answer.ok) return undefined;
  const { value } = answer;
  process.out(output.value === 'text' ? words(value) : printedValue(value, output.value));
  return value;
}
