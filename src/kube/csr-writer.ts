// SPDX-License-Identifier: Apache-2.0
// Writes decisions and certificates.

import { sendLockedPatch, type WriteOutcome, type WriterOptions } from './locked-patch.js';

const COLLECTION = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/** Which object, in which state, a write is meant for. */
export interface WriteTarget {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Entries of status.conditions as JSON; the API server fills in the times. */
export type Conditions = readonly Readonly<Record<string, unknown>>[];

export interface ApprovalWrite extends WriteTarget {
  /** The whole list, with what stood there before: a merge patch replaces lists. */
  readonly conditions: Conditions;
}

export interface StatusWrite extends WriteTarget {
  /** Base64 of PEM. */
  readonly certificate?: string;
  /** The whole list; absent leaves the conditions as they are. */
  readonly conditions?: Conditions;
}

/** Two kinds of writes to CertificateSigningRequests. Never throws. */
export interface CsrWriter {
  /** Replaces the conditions through `/approval`. */
  writeApproval(write: ApprovalWrite): Promise<WriteOutcome>;
  /** Sets the certificate, the conditions (for `Failed`), or both through `/status`. */
  writeStatus(write: StatusWrite): Promise<WriteOutcome>;
}

export function createCsrWriter(options: WriterOptions): CsrWriter {
  const patch = (
    subresource: 'approval' | 'status',
    { name, uid, resourceVersion }: WriteTarget,
    status: Readonly<Record<string, unknown>>,
  ): Promise<WriteOutcome> => {
    const path = `${COLLECTION}/${encodeURIComponent(name)}/${subresource}`;
    return sendLockedPatch(options, { path, uid, resourceVersion, change: { status } });
  };

  return {
    writeApproval: (write) => patch('approval', write, { conditions: write.conditions }),
    writeStatus: (write) =>
      patch('status', write, {
        ...(write.certificate === undefined ? {} : { certificate: write.certificate }),
        ...(write.conditions === undefined ? {} : { conditions: write.conditions }),
      }),
  };
}
