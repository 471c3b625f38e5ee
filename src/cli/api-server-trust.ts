// SPDX-License-Identifier: Apache-2.0
// Reads which CAs the API server believes, as it publishes them itself.

import { X509Certificate } from 'node:crypto';
import type { ApiServerTrust } from '../authority/api-server-trust.js';
import { remembered } from '../evidence/remembered.js';
import { readObject } from '../kube/read-object.js';
import type { Transport } from '../kube/transport.js';
import { pemBlocksOf } from '../signer/pem-blocks.js';
import { field, stringAt } from '../vocabulary/json.js';
import { fail, ok, type Result } from '../vocabulary/result.js';

const CONFIG_MAP = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';

/** The API server writes it anew when its CAs change, which is once in years. */
const KEPT_MS = 60_000;

/** Asks for the CAs, at most once a minute; the error says why they are not known. */
export const apiServerTrust = (
  transport: Transport,
  nowMs: () => number,
  signal: AbortSignal,
): (() => Promise<Result<ApiServerTrust, string>>) =>
  remembered({
    ask: async () => {
      const answer = await readObject(transport, CONFIG_MAP, signal);
      if (answer.kind === 'unavailable') return fail(answer.why);
      return readTrust(answer.kind === 'found' ? answer.object : undefined);
    },
    isGood: ({ ok: isGood }) => isGood,
    keptMs: KEPT_MS,
    nowMs,
  });

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
    return fail('the ConfigMap extension-apiserver-authentication holds no readable certificates');
  }
}
