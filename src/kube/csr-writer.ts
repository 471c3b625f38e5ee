// SPDX-License-Identifier: Apache-2.0
// Writes decisions and certificates: one merge patch each, locked on uid and resourceVersion, never forced.

import type { ApiAnswer, Refused } from './api-answer.js';
import type { Transport } from './transport.js';

const COLLECTION = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const FIELD_MANAGER = 'kube-csr-approver';

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

/** What a write came to. */
export type WriteOutcome =
  | { readonly kind: 'written'; readonly object: unknown }
  /** Somebody else was first, or the object was made anew: look again. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'gone' }
  /** The lease is no longer ours; nothing was sent. */
  | { readonly kind: 'fenced' }
  | { readonly kind: 'forbidden'; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly retryAfterMs?: number;
    };

/** Whether this process may still write. */
export interface WriteFence {
  isHeld(): boolean;
}

export interface CsrWriterOptions {
  readonly transport: Pick<Transport, 'request'>;
  /** Asked right before each write. */
  readonly fence: WriteFence;
  readonly signal: AbortSignal;
}

/** Two kinds of writes to CertificateSigningRequests. Never throws. */
export interface CsrWriter {
  /** Replaces the conditions through `/approval`. */
  writeApproval(write: ApprovalWrite): Promise<WriteOutcome>;
  /** Sets the certificate, the conditions (for `Failed`), or both through `/status`. */
  writeStatus(write: StatusWrite): Promise<WriteOutcome>;
}

export function createCsrWriter({ transport, fence, signal }: CsrWriterOptions): CsrWriter {
  const patch = async (
    subresource: 'approval' | 'status',
    { name, uid, resourceVersion }: WriteTarget,
    status: Readonly<Record<string, unknown>>,
  ): Promise<WriteOutcome> => {
    if (!fence.isHeld()) return { kind: 'fenced' };
    const answer = await transport.request({
      method: 'PATCH',
      path: `${COLLECTION}/${encodeURIComponent(name)}/${subresource}`,
      query: { fieldManager: FIELD_MANAGER },
      contentType: 'application/merge-patch+json',
      body: { metadata: { uid, resourceVersion }, status },
      signal,
    });
    return outcomeOf(answer);
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

function outcomeOf(answer: ApiAnswer): WriteOutcome {
  if (answer.kind === 'ok') return { kind: 'written', object: answer.body };
  if (answer.kind === 'unreachable') {
    return { kind: 'failed', code: answer.code, message: answer.message };
  }
  if (answer.status === 404) return { kind: 'gone' };
  if (answer.status === 409 || isOvertaken(answer)) return { kind: 'conflict' };
  if (answer.status === 403) return { kind: 'forbidden', message: answer.message };
  const { status, reason, message, retryAfterMs } = answer;
  return {
    kind: 'failed',
    code: reason === '' ? `Http${status}` : reason,
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** 422s that say that the object is no longer the one, or no longer in the state, that was written to. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  // The object was deleted and made anew.
  'metadata.uid: FieldValueInvalid',
  // A condition would be removed, or Approved and Denied would both stand.
  'status.conditions: FieldValueForbidden',
  'status.conditions: FieldValueInvalid',
  // Another certificate is there already.
  'status.certificate: FieldValueForbidden',
]);

const isOvertaken = ({ status, causes }: Refused): boolean =>
  status === 422 && causes.length > 0 && causes.every((cause) => OVERTAKEN.has(cause));
