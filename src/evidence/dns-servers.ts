// SPDX-License-Identifier: Apache-2.0
// Asks real DNS servers, those of the system or those that were named; nothing else has a say in what a name means.

import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { field } from '../vocabulary/json.js';
import { MAX_DNS_SERVERS } from '../vocabulary/limits.js';
import type { AddressRecord, Family, Lookup, LookupAnswer } from './dns.js';

/** Which servers, and how patiently. */
export interface DnsServers {
  /** `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`; empty: those of the system's resolv.conf. */
  readonly servers: readonly string[];
  /** Of the first try at each server; each further one waits twice as long. */
  readonly timeoutMs?: number;
  readonly tries?: number;
}

/** A server in the cluster or the data centre answers in milliseconds, or a packet was lost. */
const TIMEOUT_MS = 1_000;
const TRIES = 2;

/**
 * Questions go to the servers as they are: the resolve functions of Node use neither search domains nor /etc/hosts, and
 * Node keeps no answers. An answer that is cut in UDP is asked for again over TCP.
 */
export function lookupAt({ servers, timeoutMs = TIMEOUT_MS, tries = TRIES }: DnsServers): Lookup {
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  if (servers.length > 0) resolver.setServers([...servers]);
  return async (name, family) => {
    try {
      const records = await addressRecords(resolver, name, family);
      // Node gives an empty list where the server answered with nothing but a CNAME.
      return records.length > 0 ? { kind: 'records', records } : await alias(resolver, name);
    } catch (error) {
      // Other versions of Node may say NODATA to the same answer.
      if (codeOf(error) === 'ENODATA') return alias(resolver, name);
      return failureOf(error, `${family === 4 ? 'A' : 'AAAA'} of ${name}`);
    }
  };
}

async function addressRecords(
  resolver: Resolver,
  name: string,
  family: Family,
): Promise<readonly AddressRecord[]> {
  const records =
    family === 4
      ? await resolver.resolve4(name, { ttl: true })
      : await resolver.resolve6(name, { ttl: true });
  // Node tells the TTL of the first 256 records only; a name with so many addresses counts for nothing.
  return records.map(({ address, ttl }) => ({ address, ttlSeconds: ttl }));
}

async function alias(resolver: Resolver, name: string): Promise<LookupAnswer> {
  try {
    const [target, ...others] = await resolver.resolveCname(name);
    if (target === undefined) return { kind: 'none' };
    if (others.length > 0) return { kind: 'trouble', why: `CNAME of ${name}: several` };
    return { kind: 'alias', target };
  } catch (error) {
    return failureOf(error, `CNAME of ${name}`);
  }
}

const codeOf = (error: unknown): unknown => field(error, 'code');

/** NODATA and NXDOMAIN are answers; everything else is trouble. */
function failureOf(error: unknown, question: string): LookupAnswer {
  const code = codeOf(error);
  if (code === 'ENODATA' || code === 'ENOTFOUND') return { kind: 'none' };
  return { kind: 'trouble', why: `${question}: ${typeof code === 'string' ? code : 'failed'}` };
}

const PORT = /^(?:\[([^\]]+)\]|([^:[\]]+)):([0-9]{1,5})$/;

/** Reads `ADDRESS[:PORT]`, several with commas; undefined for anything else. A name would have to be resolved first. */
export function parseDnsServers(text: string): readonly string[] | undefined {
  const servers = text.split(',').map((each) => each.trim());
  return servers.length <= MAX_DNS_SERVERS && servers.every(isServer) ? servers : undefined;
}

function isServer(text: string): boolean {
  // A zone is lost on the way to the resolver.
  if (text.includes('%')) return false;
  if (isIP(text) !== 0) return true;
  const [, bracketed, plain, port] = PORT.exec(text) ?? [];
  const isAddress = bracketed === undefined ? isIP(plain ?? '') === 4 : isIP(bracketed) === 6;
  return isAddress && Number(port) >= 1 && Number(port) <= 65_535;
}
