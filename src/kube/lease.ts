// SPDX-License-Identifier: Apache-2.0
// One Lease of the API server (coordination.k8s.io/v1), read and replaced under its resourceVersion.

import { field, stringAt } from '../vocabulary/json.js';
import { microTime } from './micro-time.js';
import type { Transport } from './transport.js';

/** What the Lease says; times are milliseconds since the epoch. */
export interface LeaseRecord {
  readonly holder: string;
  readonly durationSeconds: number;
  readonly acquiredAtMs: number;
  readonly renewedAtMs: number;
  readonly transitions: number;
}

/** A Lease as the server has it. */
export interface StoredLease {
  readonly record: LeaseRecord;
  readonly version: string;
}

/** Reads and writes of one Lease. Never throws. */
export interface Lease {
  read(
    timeoutMs: number,
  ): Promise<({ kind: 'found' } & StoredLease) | { kind: 'absent' } | { kind: 'unavailable' }>;
  write(
    record: LeaseRecord,
    version: string | undefined,
    timeoutMs: number,
  ): Promise<({ kind: 'written' } & StoredLease) | { kind: 'overtaken' } | { kind: 'unavailable' }>;
}

/** Which Lease, and over what; `onTrouble` is told why a call came to nothing. */
export interface LeaseOptions {
  readonly transport: Pick<Transport, 'request'>;
  readonly namespace: string;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly onTrouble: (message: string) => void;
}

/** The Lease `name` in `namespace`. */
export function createLease({
  transport,
  namespace,
  name,
  signal,
  onTrouble,
}: LeaseOptions): Lease {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  const path = `${collection}/${encodeURIComponent(name)}`;
  const unavailable = (message: string) => {
    onTrouble(message);
    return { kind: 'unavailable' } as const;
  };
  return {
    async read(timeoutMs) {
      const answer = await transport.request({ method: 'GET', path, signal, timeoutMs });
      if (answer.kind === 'ok') return { kind: 'found', ...storedIn(answer.body) };
      if (answer.kind === 'refused' && answer.status === 404) return { kind: 'absent' };
      return unavailable(answer.message);
    },
    async write(record, version, timeoutMs) {
      const isNew = version === undefined;
      const answer = await transport.request({
        method: isNew ? 'POST' : 'PUT',
        path: isNew ? collection : path,
        body: bodyOf({ namespace, name, version }, record),
        signal,
        timeoutMs,
      });
      if (answer.kind === 'ok') return { kind: 'written', ...storedIn(answer.body) };
      // 409: somebody made it or wrote it first; 404: it was deleted between reading and writing.
      if (answer.kind === 'refused' && (answer.status === 409 || answer.status === 404)) {
        return { kind: 'overtaken' };
      }
      return unavailable(answer.message);
    },
  };
}

function storedIn(json: unknown): StoredLease {
  const spec = field(json, 'spec');
  const number = (key: string): number => {
    const value = field(spec, key);
    return typeof value === 'number' ? value : 0;
  };
  const time = (key: string): number => Date.parse(stringAt(spec, key) ?? '') || 0;
  return {
    version: stringAt(field(json, 'metadata'), 'resourceVersion') ?? '',
    record: {
      holder: stringAt(spec, 'holderIdentity') ?? '',
      durationSeconds: number('leaseDurationSeconds'),
      acquiredAtMs: time('acquireTime'),
      renewedAtMs: time('renewTime'),
      transitions: number('leaseTransitions'),
    },
  };
}

const bodyOf = (
  target: {
    readonly namespace: string;
    readonly name: string;
    readonly version: string | undefined;
  },
  record: LeaseRecord,
) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    namespace: target.namespace,
    name: target.name,
    ...(target.version === undefined ? {} : { resourceVersion: target.version }),
  },
  spec: {
    holderIdentity: record.holder,
    leaseDurationSeconds: record.durationSeconds,
    acquireTime: microTime(record.acquiredAtMs),
    renewTime: microTime(record.renewedAtMs),
    leaseTransitions: record.transitions,
  },
});
