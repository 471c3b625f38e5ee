// SPDX-License-Identifier: Apache-2.0
// What each endpoint of a CertificateSigningRequest may change, and what the server writes into it by itself.

import { at, isObject, listAt, textAt, withoutEmpty } from './json.js';
import type { JsonObject, KubeObject } from './json.js';
import type { Fields } from './shapes.js';
import type { User } from './users.js';

/** Where a CertificateSigningRequest is written; '' is the object itself. */
export type CsrEndpoint = '' | 'approval' | 'status';

export interface Condition extends JsonObject {
  readonly type?: string;
  readonly status?: string;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime?: string;
}

export const CSR_FIELDS: Fields = {
  spec: {
    request: 'bytes',
    signerName: 'string',
    expirationSeconds: 'number',
    usages: 'texts',
    username: 'string',
    uid: 'string',
    groups: 'texts',
    extra: 'any',
  },
  status: {
    conditions: [
      {
        type: 'string',
        status: 'string',
        reason: 'string',
        message: 'string',
        lastUpdateTime: 'string',
        lastTransitionTime: 'string',
      },
    ],
    certificate: 'bytes',
  },
};

const isCondition = (value: unknown): value is Condition => isObject(value);

export const conditionsOf = (csr: JsonObject): readonly Condition[] =>
  listAt(csr, 'status', 'conditions').filter(isCondition);

/** Of one type, in the order in which they stand. */
export const conditionsOfType = (csr: JsonObject, type: string): readonly Condition[] =>
  conditionsOf(csr).filter((condition) => condition.type === type);

/** The request as it is stored first: nothing decided, and asked for by who was authenticated (API-4). */
export function prepareCsr(csr: KubeObject, user: User | undefined): KubeObject {
  const { request, signerName, expirationSeconds, usages } = isObject(csr['spec'])
    ? csr['spec']
    : {};
  const extra = withoutEmpty({ extra: user?.extra });
  const asker = { username: user?.username, uid: user?.uid, groups: user?.groups, ...extra };
  const spec = withoutEmpty({ request, signerName, usages, ...asker });
  return {
    ...csr,
    spec: { ...spec, ...(expirationSeconds === undefined ? {} : { expirationSeconds }) },
    status: {},
  };
}

/** What of the update counts at that endpoint (API-5, API-19, API-21). `now` as Kubernetes writes times. */
export function prepareCsrUpdate(
  next: KubeObject,
  old: KubeObject,
  endpoint: CsrEndpoint,
  now: string,
): KubeObject {
  if (endpoint === '') return { ...next, spec: old['spec'], status: old['status'] };
  const isStatus = endpoint === 'status';
  const submitted = conditionsOf(next);
  const conditions = isStatus ? keepDecisions(submitted, old) : submitted;
  const status = withoutEmpty({
    conditions: conditions.map((condition) => stamped(condition, old, now)),
    certificate: at(isStatus ? next : old, 'status', 'certificate'),
  });
  return { ...next, spec: old['spec'], status };
}

/** Puts the old approvals and denials in the place of the new ones, if there are as many of them. */
function keepDecisions(conditions: readonly Condition[], old: KubeObject): readonly Condition[] {
  let kept = conditions;
  for (const type of ['Approved', 'Denied']) {
    const before = conditionsOfType(old, type);
    if (kept.filter((condition) => condition.type === type).length !== before.length) continue;
    const left = [...before];
    kept = kept.map((one) => (one.type === type ? (left.shift() ?? one) : one));
  }
  return kept;
}

function stamped(condition: Condition, old: KubeObject, now: string): Condition {
  const sameBefore = conditionsOf(old).find(
    ({ type, status, lastTransitionTime }) =>
      type === condition.type && status === condition.status && lastTransitionTime !== undefined,
  );
  const { lastUpdateTime = now } = condition;
  const { lastTransitionTime = sameBefore?.lastTransitionTime ?? now } = condition;
  return { ...condition, lastUpdateTime, lastTransitionTime };
}

/** For the column of kubectl (API-30). */
export function conditionText(csr: KubeObject): string {
  const has = (type: string): boolean => conditionsOfType(csr, type).length > 0;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  const issued = textAt(csr, 'status', 'certificate') === '' ? '' : ',Issued';
  return `${decision}${has('Failed') ? ',Failed' : ''}${issued}`;
}
