// SPDX-License-Identifier: Apache-2.0
// The picture of all CertificateSigningRequests that somebody still has to decide or to sign.

import type { Clock } from '../controller/clock.js';
import { Reflector } from '../kube/reflector.js';
import type { ReflectorObserver } from '../kube/reflector-observer.js';
import type { Transport } from '../kube/transport.js';
import type { CsrObject } from '../request/csr-object.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import { awaitsCertificate, isDecided } from '../request/state.js';
import type { Log } from '../telemetry/log.js';

/** Where the API server has them. */
export const CSR_COLLECTION = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/** Told of lists and watches, and of each decided request as often as it is shown. */
export interface RequestsObserver extends ReflectorObserver {
  readonly decided: (csr: CsrObject) => void;
}

/** Watches the requests; what is decided and issued is not kept. An object that cannot be read is told and left. */
export function watchRequests(
  parts: { readonly transport: Transport; readonly clock: Clock; readonly log: Log },
  observer: RequestsObserver,
  onChange: (name: string) => void,
): Reflector<CsrObject> {
  return new Reflector<CsrObject>({
    ...parts,
    random: Math.random,
    path: CSR_COLLECTION,
    parse: (json) => {
      const csr = parseCsrObject(json);
      if (csr.ok) {
        // Here, and not when it changed: most decided requests are not kept, so nobody could look at them then.
        if (isDecided(csr.value)) observer.decided(csr.value);
        return { key: csr.value.name, value: csr.value };
      }
      parts.log.warn(
        { reason: csr.error.code, at: csr.error.at },
        'certificate request not readable',
      );
      return undefined;
    },
    keep: (csr) => !isDecided(csr) || awaitsCertificate(csr),
    onChange,
    observer,
  });
}
