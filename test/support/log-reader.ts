// SPDX-License-Identifier: Apache-2.0
// Reads the log of a controller as it comes, and holds every line of it to the declared schema.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { chapterOf, logJsonSchema } from './log-schema-document.js';
import { secretsIn } from './log-secrets.js';

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly level: string;
  readonly time: string;
  readonly message: string;
};

const SCHEMA = 'log';
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).addSchema(
  logJsonSchema,
  SCHEMA,
);

/** What is wrong with one line; undefined when it is a line that is declared. */
export function lineProblem(line: string): string | undefined {
  const parsed = parsedLine(line);
  if (parsed === undefined) return `no JSON object: ${line}`;
  const chapter = chapterOf(parsed.message);
  const validate: ValidateFunction | undefined =
    chapter === undefined ? undefined : ajv.getSchema(`${SCHEMA}#/$defs/${chapter}`);
  if (validate === undefined) return `no such line is declared: ${line}`;
  if (validate(parsed)) return undefined;
  return `not as declared, ${ajv.errorsText(validate.errors, { dataVar: '' })}: ${line}`;
}

function parsedLine(line: string): LogLine | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return value instanceof Object ? (value as LogLine) : undefined;
  } catch {
    return undefined;
  }
}

/** The log of one controller. */
export class LogReader {
  readonly #chunks: string[] = [];
  /** The line that has not ended yet. */
  #begun = '';
  readonly #lines: LogLine[] = [];
  readonly #problems: string[] = [];

  add(text: string): void {
    this.#chunks.push(text);
    const lines = (this.#begun + text).split('\n');
    this.#begun = lines.pop() ?? '';
    for (const line of lines) {
      const problem = lineProblem(line);
      const parsed = parsedLine(line);
      if (problem !== undefined) this.#problems.push(problem);
      if (parsed !== undefined) this.#lines.push(parsed);
    }
  }

  /** The log as it was written. */
  get text(): string {
    return this.#chunks.join('');
  }

  /** Every whole line so far. Throws when one is not JSON, or not as it is declared. */
  lines(): readonly LogLine[] {
    if (this.#problems.length > 0) throw new Error(this.#problems.slice(0, 3).join('\n'));
    return this.#lines;
  }

  linesOf(message: string, fields: Readonly<Record<string, unknown>> = {}): readonly LogLine[] {
    return this.lines().filter(
      (line) =>
        line.message === message &&
        Object.entries(fields).every(([name, value]) => line[name] === value),
    );
  }

  /** At the end, with what else was printed: throws also when a secret is in it. */
  check(stderr = ''): void {
    this.lines();
    const secrets = secretsIn(this.text + stderr);
    if (secrets.length > 0) throw new Error(`secrets in a log: ${secrets.join(', ')}`);
  }
}
