// SPDX-License-Identifier: Apache-2.0
// Runs the programs of a test control plane, and makes sure that none of them outlives the process that started them,
// however that one ends.

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const LOG_TAIL_CHARACTERS = 3_000;

/**
 * Reads one process id per line. Its input ends when its parent is gone, even by SIGKILL: then it kills
 * what it was told of and removes the folder. `done` says that the processes have already ended.
 */
const GUARD_SCRIPT = `
pids=
while read -r line; do
  case $line in done) pids= ;; *) pids="$line $pids" ;; esac
done
[ -z "$pids" ] || kill -KILL $pids 2>/dev/null
rm -rf -- "$1"
`;

/** A running program. `exited` resolves when it has ended, for whatever reason. */
export interface RunningProgram {
  readonly name: string;
  readonly exited: Promise<void>;
  hasExited(): boolean;
  logTail(): string;
  kill(): Promise<void>;
}

/** Owns a temporary folder and the programs that work in it. */
export class ProcessGroup {
  readonly folder: string;
  private readonly guard: ChildProcess;
  private readonly programs: RunningProgram[] = [];

  constructor(folder: string) {
    this.folder = folder;
    this.guard = spawn('sh', ['-c', GUARD_SCRIPT, 'guard', folder], {
      // A group of its own: an interrupt from the keyboard must not end the guard before it has done its work.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.guard.unref();
    unrefStream(this.guard.stdin);
  }

  /** Starts a program that logs into `<folder>/<name>.log`. */
  start(name: string, executable: string, args: readonly string[]): RunningProgram {
    const logFile = join(this.folder, `${name}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(executable, args, { cwd: this.folder, stdio: ['ignore', log, log] });
    closeSync(log);
    child.unref();
    this.guard.stdin?.write(`${child.pid ?? ''}\n`);

    let ended = false;
    const exited = new Promise<void>((resolve) => {
      const onEnd = (): void => {
        ended = true;
        resolve();
      };
      child.once('exit', onEnd);
      child.once('error', onEnd);
    });
    const program: RunningProgram = {
      name,
      exited,
      hasExited: () => ended,
      logTail: () => readFileSync(logFile, 'utf8').slice(-LOG_TAIL_CHARACTERS),
      kill: async () => {
        child.ref();
        if (!ended) child.kill('SIGKILL');
        await exited;
      },
    };
    this.programs.push(program);
    return program;
  }

  /** Kills everything, the youngest first (an API server that has lost its etcd lingers), and removes the folder. */
  async stop(): Promise<void> {
    for (const program of this.programs.toReversed()) await program.kill();
    const guardEnded = new Promise<void>((resolve) => {
      this.guard.once('exit', () => {
        resolve();
      });
    });
    this.guard.ref();
    this.guard.stdin?.end('done\n');
    await guardEnded;
  }
}

/** Finds `count` different loopback ports that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
          resolve(server);
        });
      });
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      if (address === null || typeof address === 'string') throw new Error('no port was given');
      return address.port;
    }),
  );
}

function unrefStream(stream: unknown): void {
  (stream as { unref?: () => void } | null)?.unref?.();
}
