// SPDX-License-Identifier: Apache-2.0
// The ConfigMaps of trust that a policy names, and the namespaces that they are to stand in, watched.

import type { ConfigMapName } from '../kube/config-maps.js';
import type { Reflector } from '../kube/reflector.js';
import type { TrustedSigner } from '../signer/trust-ports.js';
import {
  configMapsPicture,
  namespacesPicture,
  type PictureParts,
  type Published,
  type Recorded,
  recordPicture,
} from './trust-pictures.js';
import { WatchSet } from './watch-set.js';

/** What is seen of them; each is undefined while it is not wanted. */
export interface TrustConfigMaps {
  /** These signers publish, and no others. */
  retain(signers: readonly TrustedSigner[]): void;
  readonly record: () => Reflector<Recorded> | undefined;
  readonly namespaces: () => Reflector<boolean> | undefined;
  readonly configMaps: (of: KeyOfName) => Reflector<Published> | undefined;
  stopped(): Promise<void>;
}

/** A key in the ConfigMaps of one name, whichever namespace they are in. */
interface KeyOfName {
  readonly name: string;
  readonly key: string;
}

/** Watches begin with the first signer that needs them, and begin anew with other namespaces. */
export function watchTrustConfigMaps(
  parts: PictureParts,
  record: ConfigMapName,
  signal: AbortSignal,
): TrustConfigMaps {
  let wanted: ReadonlySet<string> = new Set();
  const placesKey = (): string => JSON.stringify([...wanted]);
  const keyOf = ({ name, key }: KeyOfName): string => JSON.stringify([name, key, ...wanted]);
  const records = new WatchSet<Recorded>(signal);
  const namespaces = new WatchSet<boolean>(signal);
  const configMaps = new WatchSet<Published>(signal);
  return {
    retain: (signers) => {
      const targets = signers.flatMap(({ trust }) => trust.configMap ?? []);
      const chosen = new Set(targets.flatMap((target) => target.namespaces).toSorted());
      wanted = chosen;
      const isWanted = signers.length > 0;
      records.retain(new Map(isWanted ? [[record.name, () => recordPicture(parts, record)]] : []));
      const isChosen = chosen.size > 0;
      namespaces.retain(
        new Map(isChosen ? [[placesKey(), () => namespacesPicture(parts, chosen)]] : []),
      );
      configMaps.retain(
        new Map(
          targets.map((target) => [keyOf(target), () => configMapsPicture(parts, target, chosen)]),
        ),
      );
    },
    record: () => records.get(record.name),
    namespaces: () => namespaces.get(placesKey()),
    configMaps: (of) => configMaps.get(keyOf(of)),
    stopped: async () => {
      await Promise.all([records.stopped(), namespaces.stopped(), configMaps.stopped()]);
    },
  };
}
