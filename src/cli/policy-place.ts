// SPDX-License-Identifier: Apache-2.0
// Where the policy comes from: a ConfigMap watched through the API, or a file.

import type { Clock } from '../controller/clock.js';
import { Reflector } from '../kube/reflector.js';
import type { Transport } from '../kube/transport.js';
import type { Log } from '../telemetry/log.js';
import { logStreamEnd } from '../telemetry/run-lines.js';
import { createFileSource } from '../policy-store/file-source.js';
import type { OfferPolicy, PolicySource } from '../policy-store/policy-source.js';
import { field, listAt, stringAt } from '../vocabulary/json.js';

/** The place that the flags name. */
export type PolicyPlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'configmap'; readonly namespace: string; readonly name: string };

/** The key of the ConfigMap that holds the document. */
const KEY = 'policy.yaml';

interface Seen {
  readonly text: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly fieldManager: string | undefined;
}

/** Watches `place` and offers what it sees. */
export function watchPolicy(
  place: PolicyPlace,
  parts: {
    readonly transport: Transport;
    readonly clock: Clock;
    readonly log: Log;
    readonly offer: OfferPolicy;
  },
): PolicySource {
  if (place.kind === 'file') return createFileSource({ ...parts, path: place.path });
  const { namespace, name } = place;
  const source = `configmap ${namespace}/${name} key ${KEY}`;
  const offer = (): void => {
    const { text, ...origin }: Partial<Seen> = reflector.get(name) ?? {};
    parts.offer(text, { source, ...origin });
  };
  const reflector: Reflector<Seen> = new Reflector<Seen>({
    ...parts,
    random: Math.random,
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`,
    fieldSelector: `metadata.name=${name}`,
    parse: (json) => {
      const key = stringAt(field(json, 'metadata'), 'name');
      return key === undefined ? undefined : { key, value: seenIn(json) };
    },
    onChange: offer,
    observer: { ended: (end) => logStreamEnd(parts.log, 'configmaps', end) },
  });
  // A ConfigMap that is not there changes nothing, so its absence is told once here.
  const offerAbsence = async (signal: AbortSignal): Promise<void> => {
    const isSynced = await reflector.untilSynced(signal);
    if (isSynced && reflector.get(name) === undefined) offer();
  };
  return {
    start: async (signal) => {
      await Promise.all([reflector.start(signal), offerAbsence(signal)]);
    },
  };
}

function seenIn(json: unknown): Seen {
  const metadata = field(json, 'metadata');
  const managers = listAt(metadata, 'managedFields');
  return {
    text: stringAt(field(json, 'data'), KEY),
    resourceVersion: stringAt(metadata, 'resourceVersion'),
    fieldManager: stringAt(managers.at(-1), 'manager'),
  };
}
