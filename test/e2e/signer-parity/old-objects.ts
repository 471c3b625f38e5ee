// SPDX-License-Identifier: Apache-2.0
// Makes objects that the API of today does not take but still serves, as clusters have them that are old: straight in etcd.

import type { ControlPlane } from '../../support/control-plane.js';

const PREFIX = '/registry/certificatesigningrequests/';

/** Gives a stored request another signer name of the same length, which keeps the bytes around it as they are. */
export async function renameSigner(
  { coordinates: { etcdUrl = '' } }: ControlPlane,
  { name, from, to }: { readonly name: string; readonly from: string; readonly to: string },
): Promise<void> {
  const key = base64(`${PREFIX}${name}`);
  const { kvs = [] } = await call<{ kvs?: { value: string }[] }>(`${etcdUrl}/v3/kv/range`, { key });
  const stored = Buffer.from(kvs[0]?.value ?? '', 'base64').toString('latin1');
  const parts = stored.split(from);
  if (parts.length !== 2 || from.length !== to.length) {
    throw new Error(`${name} is not stored with the signer ${from} once`);
  }
  const value = Buffer.from(parts.join(to), 'latin1').toString('base64');
  await call(`${etcdUrl}/v3/kv/put`, { key, value });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function call<T>(url: string, question: object): Promise<T> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(question) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
