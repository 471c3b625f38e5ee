// SPDX-License-Identifier: Apache-2.0
// Runs the bundle as its users do, as a process of its own, and reads its log line by line.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { type LogLine, LogReader } from './log-reader.js';

/** What is tested: the bundle of this tree, or another one that KUBE_CSR_APPROVER_TEST_BUNDLE names. */
export const BUNDLE =
  process.env['KUBE_CSR_APPROVER_TEST_BUNDLE'] ??
  join(import.meta.dirname, '../../dist/csr-approver.mjs');

/** Kills the process that it is told of, unless it hears that this one has ended before its own parent has. */
const GUARD_SCRIPT = 'read -r ended || kill -KILL "$1"';

export type { LogLine };

/** How the process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Since it was told to stop. */
  readonly afterMs: number;
}

/** A `csr-approver run`. */
export interface RunningController {
  /** Every line so far. Throws when one is not JSON, or not as log-schema.ts declares it. */
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
  return followProgram([BUNDLE, 'run', ...flags], env);
}

/** One for each log of this file of tests. */
const checks: (() => void)[] = [];

/** At the end, when all have ended: throws when a line is not as it is declared, or a log holds a secret. */
export function checkLogs(): void {
  for (const check of checks.splice(0)) check();
}

/** Starts a program of Node whose standard output is a log. */
export function followProgram(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): RunningController {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = new LogReader();
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => log.add(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const ended = endOf(child);
  checks.push(() => log.check(stderr));

  const end = async (signal: NodeJS.Signals): Promise<Ending> => {
    const begin = performance.now();
    child.kill(signal);
    return { ...(await ended), afterMs: performance.now() - begin };
  };
  return {
    lines: () => log.lines(),
    linesOf: (message, fields) => log.linesOf(message, fields),
    line: async (message, fields, deadlineMs) => {
      try {
        return await eventually(message, () => log.linesOf(message, fields).at(0), deadlineMs);
      } catch (error) {
        const wanted = JSON.stringify({ message, ...fields });
        throw new Error(`no line ${wanted} in:\n${log.text}${stderr}`, { cause: error });
      }
    },
    text: () => log.text,
    stderr: () => stderr,
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
    // A program that has ended already reads nothing more, which is no trouble.
    child.stdin?.on('error', () => undefined).end(input ?? '');
  });
}
