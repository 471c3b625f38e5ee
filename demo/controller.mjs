// SPDX-License-Identifier: Apache-2.0
// The controller as a process of its own; what it did is read from its log, as an auditor would.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { BUNDLE } from './bundle.mjs';

const DEADLINE_MS = 20_000;
const POLL_MS = 5;
const STOP_TIMEOUT_MS = 6_000;

/** @typedef {Record<string, any>} LogLine */

/**
 * Starts `csr-approver run`. `folder` is where the CA files of the policy are.
 * @param {{ kubeconfigPath: string, policyConfigMap: string, folder: string }} options
 */
export function startController({ kubeconfigPath, policyConfigMap, folder }) {
  const args = ['run', '--kubeconfig', kubeconfigPath, '--policy-configmap', policyConfigMap];
  const child = spawn(process.execPath, [BUNDLE, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = /** @type {LogLine[]} */ ([]);
  createInterface({ input: child.stdout }).on('line', (text) => lines.push(JSON.parse(text)));
  const ended = once(child, 'close');
  let hasEnded = false;
  child.once('close', () => {
    hasEnded = true;
  });

  /**
   * The first line of the log, past or to come, that fits; `what` is missed, if it does not come.
   * @param {string} what
   * @param {(line: LogLine) => boolean} fits
   * @returns {Promise<LogLine>}
   */
  async function seen(what, fits) {
    const deadlineMs = performance.now() + DEADLINE_MS;
    for (;;) {
      const line = lines.find(fits);
      if (line !== undefined) return line;
      if (hasEnded || performance.now() > deadlineMs) {
        const how = hasEnded ? 'the controller has ended' : `no ${what}`;
        throw new Error(`${how}; its last words: ${JSON.stringify(lines.slice(-3), undefined, 2)}`);
      }
      await delay(POLL_MS);
    }
  }

  /** Asks it to stop, and makes it stop if it does not. */
  async function stop() {
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(force);
  }

  return { seen, stop, ended };
}
