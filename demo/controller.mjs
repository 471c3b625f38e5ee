// SPDX-License-Identifier: Apache-2.0
// The controller as a process of its own; what it did is read from its log, as an auditor would.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { BUNDLE } from './bundle.mjs';

const DEADLINE_MS = 30_000;
const STOP_TIMEOUT_MS = 6_000;

/**
 * @typedef {Record<string, any>} LogLine
 * @typedef {object} Waiter
 * @property {(line: LogLine) => boolean} fits
 * @property {(line: LogLine) => void} resolve
 * @property {(error: Error) => void} reject
 */

/**
 * Starts `csr-approver run`. `folder` is where the CA files of the policy are.
 * @param {{ kubeconfigPath: string, policyConfigMap: string, folder: string }} options
 */
export function startController({ kubeconfigPath, policyConfigMap, folder }) {
  const args = ['run', '--kubeconfig', kubeconfigPath, '--policy-configmap', policyConfigMap];
  const child = spawn(process.execPath, [BUNDLE, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = /** @type {LogLine[]} */ ([]);
  const waiters = /** @type {Set<Waiter>} */ (new Set());
  let lastWords = '';

  createInterface({ input: child.stdout }).on('line', (text) => {
    lastWords = (lastWords + text).slice(-2000);
    const line = parsed(text);
    if (line === undefined) return;
    lines.push(line);
    for (const waiter of waiters) if (waiter.fits(line)) waiter.resolve(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    lastWords = (lastWords + text).slice(-2000);
  });
  const closed = once(child, 'close');
  child.once('close', () => {
    const error = new Error(`the controller has ended\n${lastWords}`);
    for (const waiter of waiters) waiter.reject(error);
  });

  /**
   * The first line of the log, past or to come, that fits; `what` is waited for, if it does not come.
   * @param {string} what
   * @param {(line: LogLine) => boolean} fits
   * @returns {Promise<LogLine>}
   */
  function seen(what, fits) {
    const past = lines.find(fits);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const waiter = { fits, resolve, reject };
      waiters.add(waiter);
      const late = () =>
        reject(new Error(`waited ${DEADLINE_MS / 1000} s for ${what}\n${lastWords}`));
      setTimeout(late, DEADLINE_MS).unref();
    });
  }

  /** Asks it to stop, and makes it stop if it does not. */
  async function stop() {
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await closed;
    clearTimeout(force);
  }

  return { seen, stop };
}

/**
 * @param {string} text
 * @returns {LogLine | undefined}
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
