// SPDX-License-Identifier: Apache-2.0
// The machine that the figures are from.

import { cpus, loadavg, release, totalmem, type } from 'node:os';

/** Lines for people; no names of hosts or folders. */
export function machineLines(): readonly string[] {
  const processors = cpus();
  const [load = 0] = loadavg();
  return [
    `Processor: ${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
    `Memory: ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `Node.js ${process.version}, OpenSSL ${process.versions.openssl}`,
    `${type()} ${release()}`,
    `Date: ${new Date().toISOString().slice(0, 10)}; load average when the run began: ${load.toFixed(1)}`,
  ];
}
