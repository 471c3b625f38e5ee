// SPDX-License-Identifier: Apache-2.0
// Which DNS servers a command asks.

import { parseDnsServers } from '../evidence/dns-servers.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Flag, GivenFlags } from './command.js';

/** The flag `--dns-server`. */
export const dnsServerFlag = {
  type: 'string',
  value: 'ADDRESS[:PORT]',
  help: 'DNS server for sans.owner: [dns], several with commas; default: those of resolv.conf',
} as const satisfies Flag;

/** The servers of the flag; none stands for those of the system. The error is one line for the user. */
export function readDnsServers(given: GivenFlags): Result<readonly string[], string> {
  const text = given.text('dns-server');
  if (text === undefined) return ok([]);
  const servers = parseDnsServers(text);
  if (servers !== undefined) return ok(servers);
  return fail(
    `UsageError: --dns-server: ${JSON.stringify(text)} is not ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT`,
  );
}
