// SPDX-License-Identifier: Apache-2.0
// The commands of a runbook, typed one after the other as they stand there, before a cluster.

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { type Example, firstMissing } from '../support/readme-examples.js';
import type { Cluster } from './cluster.js';

/** A runbook that is followed. */
export interface Runbook {
  /** Where its files lie. */
  readonly folder: string;
  /** Runs the next command, which begins like this, until it prints what the page shows; what it printed. */
  readonly follow: (beginning: string) => Promise<string>;
  /** How many commands were run. */
  readonly followed: () => number;
}

/** Begins to follow these commands; `log` is what `kubectl logs` prints, since there are no pods. */
export function openRunbook(
  cluster: Cluster,
  examples: readonly Example[],
  log: () => string,
): Runbook {
  const { binDir = '', kubeconfigPath, group } = cluster.plane;
  const folder = join(group.folder, 'runbook');
  const logFile = join(folder, 'controller.log');
  const script = `#!/bin/sh
case " $* " in
  *" logs "*) exec cat ${logFile} ;;
  *) exec ${join(binDir, 'kubectl')} --kubeconfig ${kubeconfigPath} "$@" ;;
esac
`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kubectl'), script, { mode: 0o755 });
  let followed = 0;

  async function bash(command: string): Promise<string> {
    writeFileSync(logFile, log());
    const path = `${folder}:${process.env['PATH'] ?? ''}`;
    const child = spawn('bash', ['-euo', 'pipefail', '-c', command], {
      cwd: folder,
      env: { ...process.env, PATH: path, HOME: folder },
    });
    const printed = { stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => void (printed.stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => void (printed.stderr += text.toString()));
    const code = await new Promise((resolve) => void child.once('close', resolve));
    if (code !== 0) throw new Error(`${command}\n${String(code)} ${printed.stderr}`);
    return printed.stdout;
  }

  return {
    folder,
    followed: () => followed,
    follow: async (beginning) => {
      const { command, shown } = examples[followed] ?? { command: '', shown: [] };
      followed += 1;
      if (!command.startsWith(beginning)) throw new Error(`${beginning} is not next: ${command}`);
      if (shown.length === 0) return bash(command);
      return eventually(command, async () => {
        // What counts certificates fails while there is none.
        const stdout = await bash(command).catch(() => '');
        return firstMissing(shown, stdout) === undefined ? stdout : undefined;
      });
    },
  };
}
