// SPDX-License-Identifier: Apache-2.0
// Who decided about a request before, as far as the object itself says it.

import { claimOf } from '../decide/condition.js';
import type { CsrCondition, CsrObject } from '../request/csr-object.js';
import { field, isRecord, listAt, stringAt } from '../vocabulary/json.js';

/**
 * A decision that stands in the object. Who may approve for a signer may write any of it; only the audit log of the API
 * server proves who did.
 */
export interface RecordedDecision {
  readonly decision: 'approve' | 'deny';
  /** By the text: `policy` is this program; `other` is everybody who is not known here. */
  readonly by: 'policy' | 'kubectl' | 'kube-controller-manager' | 'other';
  /** The field manager that wrote the condition; null when the object does not say. */
  readonly fieldManager: string | null;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339; null when the condition has no time. */
  readonly at: string | null;
  readonly rule: string | null;
  readonly policyHash: string | null;
}

/** The decision that stands in `csr`, a denial before an approval; undefined when there is none. `object` is its JSON. */
export function recordedDecision(csr: CsrObject, object?: unknown): RecordedDecision | undefined {
  const condition =
    csr.conditions.find(({ type }) => type === 'Denied') ??
    csr.conditions.find(({ type }) => type === 'Approved');
  if (condition === undefined) return undefined;
  const { type, reason = '', message = '', lastUpdateTime } = condition;
  const decision = type === 'Denied' ? 'deny' : 'approve';
  const claim = decision === 'deny' || reason === 'PolicyApproved' ? claimOf(message) : undefined;
  return {
    decision,
    by: claim === undefined ? otherBy(condition) : 'policy',
    fieldManager: managerOf(object, type) ?? null,
    reason,
    message,
    at: lastUpdateTime ?? null,
    rule: claim?.rule ?? null,
    policyHash: claim?.policyHash ?? null,
  };
}

/** API-32 and section 2.4 of Kubernetes' own approver: the reasons that these two write. */
function otherBy({ reason }: CsrCondition): RecordedDecision['by'] {
  if (reason === 'KubectlApprove' || reason === 'KubectlDeny') return 'kubectl';
  return reason === 'AutoApproved' ? 'kube-controller-manager' : 'other';
}

/** managedFields name the owner of each condition by its type, which is its key. */
function managerOf(object: unknown, type: string): string | undefined {
  const key = `k:${JSON.stringify({ type })}`;
  const owner = listAt(field(object, 'metadata'), 'managedFields').find((entry) => {
    const conditions = field(field(field(entry, 'fieldsV1'), 'f:status'), 'f:conditions');
    return isRecord(conditions) && Object.hasOwn(conditions, key);
  });
  return stringAt(owner, 'manager');
}
