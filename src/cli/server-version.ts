// SPDX-License-Identifier: Apache-2.0
// Warns of API servers that do not say how a requester authenticated.

import { readObject } from '../kube/read-object.js';
import type { Transport } from '../kube/transport.js';
import type { Log } from '../telemetry/log.js';
import { stringAt } from '../vocabulary/json.js';

/** From Kubernetes 1.32 on, spec.extra tells of a client certificate (KEP-4193's credential-id for X.509). */
const TELLS_CERTIFICATES = 32;

/** One line at start where a certificate could renew itself unseen (design: semantics 6). */
export async function warnOfOldServer(
  transport: Transport,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const version = await readObject(transport, '/version', signal);
  if (version.kind !== 'found') return;
  const minor = Number.parseInt(stringAt(version.object, 'minor') ?? '', 10);
  if (!(minor < TELLS_CERTIFICATES)) return;
  log.warn(
    { server: stringAt(version.object, 'gitVersion') },
    'this API server does not tell which requesters used a client certificate: a certificate can renew itself',
  );
}
