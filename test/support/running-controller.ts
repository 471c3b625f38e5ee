// SPDX-License-Identifier: Apache-2.0
// Runs the bundle as its users do, as a process of its own, and reads its log line by line.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './eventually.js';

/** What is tested: the bundle of this tree, or another one that KUBE_CSR_APPROVER_TEST_BUNDLE names. */
const BUNDLE =
  process.env['KUBE_CSR_APPROVER_TEST_BUNDLE'] ??
  join(import.meta.dirname, '../../dist/csr-approver.mjs');

/** Kills the process that it is told of, unless it hears that this one has ended before its own parent has. */
const GUARD_SCRIPT = 'read -r ended || kill -KILL "$1"';

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly level: string;
  readonly time: string;
  readonly message: string;
};

/** How the process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Since it was told to stop. */
  readonly afterMs: number;
}

/** A `csr-approver run`. */
export interface RunningController {
  /** Every line so far. Throws when one is not JSON. */
  lines(): readonly LogLine[];
  /** The lines with this message and these values. */
  linesOf(message: string, fields?: Readonly<Record<string, unknown>>): readonly LogLine[];
  /** The first such line, when it is there. */
  line(
    message: string,
    fields?: Readonly<Record<string, unknown>>,
    deadlineMs?: number,
  ): Promise<LogLine>;
  /** The log as it was written. */
  text(): string;
  stderr(): string;
  /** Sends a signal that it is not to end by: SIGSTOP, SIGCONT. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<Ending>;
  /** SIGKILL; the process does nothing more once this is called. */
  kill(): Promise<Ending>;
}

/** Starts `csr-approver run` with these flags. The caller ends it; it does not outlive this process. */
export function runController(
  flags: readonly string[],
  env: NodeJS.ProcessEnv = {},
): RunningController {
  const child = spawn(process.execPath, [BUNDLE, 'run', ...flags], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (output.stderr += text));
  const ended = endOf(child);

  const end = async (signal: NodeJS.Signals): Promise<Ending> => {
    const begin = performance.now();
    child.kill(signal);
    return { ...(await ended), afterMs: performance.now() - begin };
  };
  const lines = (): readonly LogLine[] =>
    output.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogLine);
  const linesOf: RunningController['linesOf'] = (message, fields = {}) =>
    lines().filter(
      (line) =>
        line.message === message &&
        Object.entries(fields).every(([name, value]) => line[name] === value),
    );
  return {
    lines,
    linesOf,
    line: async (message, fields, deadlineMs) => {
      try {
        return await eventually(message, () => linesOf(message, fields).at(0), deadlineMs);
      } catch (error) {
        const wanted = JSON.stringify({ message, ...fields });
        throw new Error(`no line ${wanted} in:\n${output.stdout}${output.stderr}`, {
          cause: error,
        });
      }
    },
    text: () => output.stdout,
    stderr: () => output.stderr,
    signal: (name) => void child.kill(name),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function endOf(child: ChildProcess): Promise<Omit<Ending, 'afterMs'>> {
  const guard = spawn('sh', ['-c', GUARD_SCRIPT, 'guard', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return new Promise((resolve) => {
    // Its output has been read to the end by then.
    child.once('close', (code, signal) => {
      guard.stdin.end('ended\n');
      resolve({ code, signal });
    });
  });
}

/** What a command that ends by itself printed. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `csr-approver` with these arguments to its end. */
export const runCommand = (
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Promise<Printed> =>
  runProgram(process.execPath, [BUNDLE, ...args], {
    ...options,
    env: { NODE_OPTIONS: '', ...options.env },
  });

const PROGRAM_TIMEOUT_MS = 30_000;

/** Runs any program to its end; its exit code is part of the answer. */
export function runProgram(
  program: string,
  args: readonly string[],
  { env = {}, input }: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: PROGRAM_TIMEOUT_MS };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
      else reject(error);
    });
    child.stdin?.end(input ?? '');
  });
}
