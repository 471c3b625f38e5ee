// SPDX-License-Identifier: Apache-2.0
// The shape of a command, and how its flags are read from arguments and environment.

import { parseArgs } from 'node:util';
import { fail, ok, type Result } from '../vocabulary/result.js';

/** Exit codes (design: command line): yes, no, could not tell. */
export const EXIT = { yes: 0, no: 1, unknown: 2 } as const;

/** One flag; its environment variable is CSR_APPROVER_ and the name in capitals with underscores. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  /** May be given several times; several values in one environment variable are separated by commas. */
  readonly multiple?: true;
  readonly short?: string;
  /** What the value is, for the help text: `FILE`. */
  readonly value?: string;
  readonly help: string;
}

/** Flags as they were given, by name, and the words beside them. */
export interface GivenFlags {
  /** In their order; no more than the command takes. */
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  has(name: string): boolean;
}

/** What a command may touch of the process. */
export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether somebody sees at a terminal what goes to `err`; nobody unless it says so. */
  readonly isTerminal?: boolean;
  /** Aborts at SIGTERM or SIGINT. Whoever reads it has to end by it; who does not is ended by the system. */
  readonly signal: AbortSignal;
}

/** One command of csr-approver. */
export interface Command {
  readonly summary: string;
  readonly usage: string;
  readonly flags: Readonly<Record<string, Flag>>;
  /** How many words beside flags it takes at most; none where it is not said. */
  readonly positionals?: number;
  /** Resolves with the exit code. */
  run(given: GivenFlags, process: Process): Promise<number>;
}

/** The environment variable of a flag. */
const variableOf = (flag: string): string =>
  `CSR_APPROVER_${flag.toUpperCase().replaceAll('-', '_')}`;

/** Reads `args`; a flag that is not given is taken from its environment variable. The error is one line for the user. */
export function readFlags(
  command: Command,
  args: readonly string[],
  env: Process['env'],
): Result<GivenFlags, string> {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, { type, multiple, short }]) => [
      name,
      { type, multiple: multiple ?? false, ...(short === undefined ? {} : { short }) },
    ]),
  );
  try {
    const config = { args: [...args], options, allowPositionals: true, tokens: true } as const;
    const { values, positionals, tokens } = parseArgs(config);
    const repeated = repeatedFlag(command, tokens);
    if (repeated !== undefined) {
      return fail(`--${repeated} is given twice, with two values; it takes one`);
    }
    const extra = positionals[command.positionals ?? 0];
    if (extra !== undefined) return fail(`${JSON.stringify(extra)} is not expected`);
    return ok({ ...givenFlags(command, values, env), positionals });
  } catch (error) {
    return fail(
      error instanceof Object && 'message' in error ? String(error.message) : 'bad flags',
    );
  }
}

/** A flag that takes one value and has two: whichever counted, the other would be ignored without a word. */
function repeatedFlag(
  { flags }: Command,
  tokens: readonly { readonly kind: string; readonly name?: string; readonly value?: unknown }[],
): string | undefined {
  const given = new Map<string, unknown>();
  for (const { kind, name, value } of tokens) {
    if (kind !== 'option' || name === undefined || flags[name]?.multiple) continue;
    if (given.has(name) && given.get(name) !== value) return name;
    given.set(name, value);
  }
  return undefined;
}

function givenFlags(
  { flags }: Command,
  values: Readonly<Record<string, unknown>>,
  env: Process['env'],
): Omit<GivenFlags, 'positionals'> {
  const texts = (name: string): readonly string[] => {
    const value = values[name];
    if (Array.isArray(value)) return value.map(String);
    if (typeof value === 'string' || typeof value === 'boolean') return [String(value)];
    const fromEnvironment = env[variableOf(name)];
    if (fromEnvironment === undefined || fromEnvironment === '') return [];
    return flags[name]?.multiple ? fromEnvironment.split(',') : [fromEnvironment];
  };
  return {
    texts,
    text: (name) => texts(name).at(-1),
    has: (name) => texts(name).at(-1) === 'true',
  };
}

/** The help text of a command, made from its flags. */
export function helpOf(name: string, { summary, usage, flags }: Command): string {
  const rows = Object.entries(flags).map(([flag, { short, value, help }]) => {
    const names = `--${flag}${value === undefined ? '' : ` ${value}`}`;
    return `  ${short === undefined ? '    ' : `-${short}, `}${names.padEnd(34)} ${help}`;
  });
  return [
    `csr-approver ${name} ${usage}`,
    '',
    summary,
    '',
    'Flags (each also as CSR_APPROVER_… in the environment):',
    ...rows,
    '',
  ].join('\n');
}
