// SPDX-License-Identifier: Apache-2.0
// Refusals beyond rights and validity: who may approve and sign for a signer, and what nodes may not say of themselves.

import { isDeepStrictEqual } from 'node:util';
import type { Cluster, ResourceCall } from './call.js';
import { isNode } from './authorization.js';
import { forbidden, notImplemented } from './failures.js';
import type { ApiFailure } from './failures.js';
import { at, textAt } from './json.js';
import type { KubeObject } from './json.js';
import { readPkcs10 } from './pkcs10.js';
import { subjectOf } from './resource.js';
import { isMaster, MASTERS } from './users.js';

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const CERTIFICATES = 'certificates.k8s.io';
const GUARDED_LABELS =
  /^(?:[^/]+\.)?(?:node-restriction\.kubernetes\.io|node-role\.kubernetes\.io)\//;

/** Throws a 403 (or 501). `old` is undefined when `next` is created. */
export function admit(
  cluster: Cluster,
  call: ResourceCall,
  next: KubeObject,
  old: KubeObject | undefined,
): void {
  const { group, plural } = call.resource;
  const refuse = (why: string): ApiFailure =>
    forbidden(subjectOf(call.resource, next.metadata.name), why);
  if (group === 'rbac.authorization.k8s.io' && !isMaster(call.user)) {
    throw notImplemented(
      'way to see that nobody gives more rights than they have (only system:masters may write RBAC)',
    );
  }
  if (plural === 'nodes' && isNode(call.user)) restrictNode(call, next, old, refuse);
  if (group !== CERTIFICATES) return;
  if (old === undefined) restrictSubject(next, refuse);
  else if (call.subresource === 'approval') demandRight(cluster, call, old, 'approve', refuse);
  else if (call.subresource === 'status' && !isDeepStrictEqual(next['status'], old['status'])) {
    demandRight(cluster, call, old, 'sign', refuse);
  }
}

type Refuse = (why: string) => ApiFailure;

/** Of the old object's signer, or of all signers of its domain (RBC-1). */
function demandRight(
  { allows }: Cluster,
  { user }: ResourceCall,
  old: KubeObject,
  verb: 'approve' | 'sign',
  refuse: Refuse,
): void {
  const signerName = textAt(old, 'spec', 'signerName');
  const names = [signerName, `${signerName.split('/')[0]}/*`];
  const right = { verb, group: CERTIFICATES, resource: 'signers' };
  if (names.some((name) => allows(user, { ...right, name }))) return;
  throw refuse(`user not permitted to ${verb} requests with signerName "${signerName}"`);
}

function restrictSubject(csr: KubeObject, refuse: Refuse): void {
  if (textAt(csr, 'spec', 'signerName') !== CLIENT_SIGNER) return;
  const text = Buffer.from(textAt(csr, 'spec', 'request'), 'base64').toString('latin1');
  const request = readPkcs10(text);
  if (!request.ok) throw refuse(`failed to parse CSR: ${request.why}`);
  if (!request.organizations.includes(MASTERS)) return;
  throw refuse(`use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`);
}

function restrictNode(
  { user }: ResourceCall,
  next: KubeObject,
  old: KubeObject | undefined,
  refuse: Refuse,
): void {
  const own = user.username.slice('system:node:'.length);
  if (next.metadata.name !== own) {
    throw refuse(`node "${own}" is not allowed to modify node "${next.metadata.name}"`);
  }
  const [before, after] = [old?.metadata.labels ?? {}, next.metadata.labels ?? {}];
  const changed = Object.keys({ ...before, ...after }).filter(
    (label) => before[label] !== after[label] && GUARDED_LABELS.test(label),
  );
  if (changed.length > 0) {
    throw refuse(`is not allowed to modify labels: ${changed.sort().join(', ')}`);
  }
  if (old === undefined) return;
  if (!isDeepStrictEqual(at(next, 'spec', 'taints'), at(old, 'spec', 'taints'))) {
    throw refuse(`node "${own}" is not allowed to modify taints`);
  }
}
