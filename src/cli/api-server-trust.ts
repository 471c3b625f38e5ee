// SPDX-License-Identifier: Apache-2.0
// Reads which CAs the API server believes, as it publishes them itself.

import { X509Certificate } from 'node:crypto';
import type { ApiServerTrust } from '../authority/api-server-trust.js';
import { remembered } from '../evidence/remembered.js';
import { readConfigMap } from '../kube/config-maps.js';
import type { Transport } from '../kube/transport.js';
import { pemBlocksOf } from '../signer/pem-blocks.js';
import { field, stringAt } from '../vocabulary/json.js';
import { fail, ok, type Result } from '../vocabulary/result.js';

const CONFIG_MAP = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
const NAMED = `the ConfigMap ${CONFIG_MAP.namespace}/${CONFIG_MAP.name}`;

/** The API server writes it anew when its CAs change, which is once in years. */
const KEPT_MS = 60_000;

/** One failed reading must not stop all signing, and what was true ten minutes ago is true. */
const KEPT_IN_TROUBLE_MS = 10 * 60_000;

/** Asks for the CAs, at most once a minute; the error says why they are not known. */
export function apiServerTrust(
  transport: Pick<Transport, 'request'>,
  nowMs: () => number,
  signal: AbortSignal,
): () => Promise<Result<ApiServerTrust, string>> {
  let known: { readonly trust: Result<ApiServerTrust, string>; readonly atMs: number } | undefined;
  return remembered({
    ask: async () => {
      const trust = await read(transport, signal);
      if (trust.ok) known = { trust, atMs: nowMs() };
      const isFresh = known !== undefined && nowMs() - known.atMs < KEPT_IN_TROUBLE_MS;
      return known !== undefined && isFresh ? known.trust : trust;
    },
    isGood: ({ ok: isGood }) => isGood,
    keptMs: KEPT_MS,
    nowMs,
  });
}

async function read(
  transport: Pick<Transport, 'request'>,
  signal: AbortSignal,
): Promise<Result<ApiServerTrust, string>> {
  const answer = await readConfigMap({ transport, signal }, CONFIG_MAP);
  if (answer.kind === 'found') return readTrust(answer.object);
  // Every API server writes it, also one that believes nobody: without it nothing is known.
  return fail(
    answer.kind === 'absent' ? `${NAMED} is not there` : `${NAMED} cannot be read: ${answer.why}`,
  );
}

function readTrust(configMap: unknown): Result<ApiServerTrust, string> {
  const data = field(configMap, 'data');
  const certificates = (key: string): readonly X509Certificate[] =>
    pemBlocksOf(stringAt(data, key) ?? '').map(({ der }) => new X509Certificate(der));
  try {
    return ok({
      clientCas: certificates('client-ca-file'),
      requestHeaderCas: certificates('requestheader-client-ca-file'),
    });
  } catch {
    return fail(`${NAMED} holds what is no certificate`);
  }
}
