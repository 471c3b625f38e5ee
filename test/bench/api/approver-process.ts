// SPDX-License-Identifier: Apache-2.0
// The measured program: the real bundle as a child process, its log in a file, its memory and time from /proc.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Cluster } from './cluster.js';
import { cpuMsOf, type MeasuredProgram, memoryOf } from './process-figures.js';

/** What a line of the log says, as far as the bench looks at it. */
export interface LogLine {
  /** RFC 3339 with milliseconds. */
  readonly time: string;
  readonly decision?: string;
  readonly issuance?: string;
  readonly message: string;
}

export interface ApproverOptions {
  /** Of the project. */
  readonly root: string;
  /** The bundle's executable. */
  readonly bundle: string;
  /** The node that runs it; the default is the one that runs the bench. */
  readonly execPath?: string;
  readonly controllers: string;
  /** The default is the policy of the cluster. */
  readonly policyFile?: string;
  /** NODE_OPTIONS and further variables as a user would set them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Given to node itself. */
  readonly nodeArgs?: readonly string[];
  /** As outside a cluster; the default is as in a pod. */
  readonly kubeconfig?: string;
}

export interface Approver extends MeasuredProgram {
  /** Milliseconds since the epoch, right before the process was spawned. */
  readonly spawnedAtMs: number;
  /** Waits until `isEnough`; throws with the end of the log when the process ends or `timeoutMs` pass. */
  until(isEnough: (lines: readonly LogLine[]) => boolean, timeoutMs?: number): Promise<void>;
  readonly lines: readonly LogLine[];
  /** Holds the whole process (SIGSTOP) until it is told to go on. */
  pause(): void;
  goOn(): void;
  /** SIGTERM; resolves with the milliseconds until it had ended. Throws unless the exit code is 0. */
  stop(): Promise<number>;
}

const POLL_MS = 20;
const TIMEOUT_MS = 600_000;

let started = 0;

export function startApprover(cluster: Cluster, options: ApproverOptions): Approver {
  started += 1;
  const logFile = join(cluster.folder, `approver-${started}.log`);
  const log = openSync(logFile, 'w');
  const spawnedAtMs = Date.now();
  const child = spawn(options.execPath ?? process.execPath, nodeArgs(cluster, options), {
    cwd: cluster.folder,
    stdio: ['ignore', log, log],
    env: environment(cluster, options),
  });
  closeSync(log);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const reader = new LogReader(logFile);
  const logTail = (): string => readFileSync(logFile, 'utf8').slice(-3000);
  const check = (): void => {
    if (child.exitCode === null && child.signalCode === null) return;
    throw new Error(`the approver ended (${child.exitCode ?? child.signalCode})\n${logTail()}`);
  };

  return {
    spawnedAtMs,
    get lines() {
      return reader.lines;
    },
    until: async (isEnough, timeoutMs = TIMEOUT_MS) => {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        await reader.read();
        if (isEnough(reader.lines)) return;
        check();
        if (Date.now() > deadline) {
          child.kill('SIGKILL');
          throw new Error(`the approver timed out\n${logTail()}`);
        }
        await delay(POLL_MS);
      }
    },
    memory: () => memoryOf(child.pid),
    cpuMs: () => cpuMsOf(child.pid),
    check,
    pause: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    stop: async () => {
      const begin = Date.now();
      child.kill('SIGTERM');
      const code = await exited;
      await reader.read();
      if (code !== 0) throw new Error(`the approver ended with ${code}`);
      return Date.now() - begin;
    },
  };
}

function nodeArgs(cluster: Cluster, options: ApproverOptions): string[] {
  const { root, bundle, controllers, kubeconfig } = options;
  const preload = pathToFileURL(join(root, 'test/bench/api/as-in-a-pod.mjs')).href;
  return [
    ...(options.nodeArgs ?? []),
    ...(kubeconfig === undefined ? ['--import', preload] : []),
    bundle,
    'run',
    `--controllers=${controllers}`,
    `--policy-file=${options.policyFile ?? cluster.policyFile}`,
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
  ];
}

function environment(cluster: Cluster, { env = {} }: ApproverOptions): NodeJS.ProcessEnv {
  const { hostname, port } = new URL(cluster.plane.url);
  return {
    PATH: process.env['PATH'],
    BENCH_SERVICE_ACCOUNT: cluster.accountFolder,
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    ...env,
  };
}

/** Follows a file of JSON lines. */
class LogReader {
  readonly lines: LogLine[] = [];
  readonly #path: string;
  #offset = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<void> {
    const file = await open(this.#path);
    try {
      const { size } = await file.stat();
      if (size === this.#offset) return;
      const { buffer } = await file.read(
        Buffer.alloc(size - this.#offset),
        0,
        undefined,
        this.#offset,
      );
      this.#offset = size;
      const lines = (this.#rest + buffer.toString('utf8')).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines)
        if (line.startsWith('{')) this.lines.push(JSON.parse(line) as LogLine);
    } finally {
      await file.close();
    }
  }
}
