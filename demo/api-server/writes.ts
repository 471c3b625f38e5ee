// SPDX-License-Identifier: Apache-2.0
// Creating, changing and deleting: reading the body, the rules of the resource, conflicts, and the metadata that the
// server keeps. Everything is synchronous, so that no write can come between the reading and the writing of another.

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { admit } from './admission.js';
import type { Cluster, ResourceCall } from './call.js';
import { kubeTime } from './clock.js';
import type { CsrEndpoint } from './csr-strategy.js';
import {
  alreadyExists,
  ApiFailure,
  badRequest,
  conflict,
  invalid,
  invalidValue,
  methodNotAllowed,
  notFound,
  notImplemented,
  required,
} from './failures.js';
import { isObject, textAt, withoutEmpty } from './json.js';
import type { JsonObject, KubeObject } from './json.js';
import { generatedName, metadataErrors, readObject } from './objects.js';
import { applyPatch, refuseApply } from './patches.js';
import { groupVersion, subjectOf } from './resource.js';
import { keyOf } from './store.js';

/** The object at that place. Throws a 404. */
export function existing({ store }: Cluster, call: ResourceCall): KubeObject {
  const found = store.get(call.resource.shelf, keyOf(call.namespace, call.name));
  if (found === undefined) throw notFound(subjectOf(call.resource, call.name));
  return found;
}

export function create(cluster: Cluster, call: ResourceCall): KubeObject {
  const { store, clock } = cluster;
  const { resource, namespace, user } = call;
  const read = readObject(call, call.body);
  checkPlace(cluster, call, read);
  const { generateName = '', ...given } = read.metadata;
  const name = given.name === '' ? generatedName(String(generateName)) : given.name;
  const subject = subjectOf(resource, name);
  if (name === '') throw invalid(subject, [required('metadata.name')]);
  const metadata = withoutEmpty({
    ...given,
    generateName,
    name,
    namespace,
    uid: randomUUID(),
    creationTimestamp: kubeTime(clock.nowMs()),
  });
  const made = { ...read, metadata };
  const prepared = resource.prepareCreate?.(made, user) ?? made;
  const errors = [
    ...metadataErrors(prepared, resource.group),
    ...(resource.createErrors?.(prepared) ?? []),
  ];
  if (errors.length > 0) throw invalid(subject, errors);
  admit(cluster, call, prepared, undefined);
  if (store.get(resource.shelf, keyOf(namespace, name)) !== undefined) throw alreadyExists(subject);
  return commit(cluster, call, prepared);
}

/** Throws unless an object can be created there. */
function checkPlace({ store }: Cluster, call: ResourceCall, { metadata }: KubeObject): void {
  const { resource, namespace } = call;
  if (metadata.resourceVersion !== '') {
    const why = 'resourceVersion should not be set on objects to be created';
    throw new ApiFailure(500, 'InternalError', why);
  }
  if (!resource.namespaced) return;
  if (namespace === '') throw methodNotAllowed();
  if ((metadata.namespace ?? namespace) !== namespace) {
    throw badRequest('the namespace of the object does not match the namespace of the URL');
  }
  if (store.get('namespaces', namespace) !== undefined) return;
  throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace', name: namespace });
}

/** A PUT. */
export function replace(cluster: Cluster, call: ResourceCall): KubeObject {
  const old = existing(cluster, call);
  const next = readObject(call, call.body);
  const { uid } = next.metadata;
  if (uid !== '' && uid !== old.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`;
    throw conflict(subjectOf(call.resource, call.name), why);
  }
  return update(cluster, call, next, old);
}

export function patch(cluster: Cluster, call: ResourceCall): KubeObject {
  refuseApply(call.contentType);
  const old = existing(cluster, call);
  const { shown = (object: KubeObject) => object, listsAreAtomic = false } = call.resource;
  const patched = applyPatch(call.contentType, shown(old), call.body, listsAreAtomic);
  return update(cluster, call, readPatched(call, patched), old);
}

/** What a patch has made unreadable is invalid, not a bad request. */
function readPatched(call: ResourceCall, patched: unknown): KubeObject {
  try {
    return readObject(call, patched);
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.code !== 400) throw error;
    throw invalid(subjectOf(call.resource, call.name), [invalidValue('patch', '', error.message)]);
  }
}

function update(
  cluster: Cluster,
  call: ResourceCall,
  wanted: KubeObject,
  old: KubeObject,
): KubeObject {
  const { resource } = call;
  const subject = subjectOf(resource, call.name);
  const { name, namespace, uid, resourceVersion } = wanted.metadata;
  if (name !== call.name || (namespace ?? call.namespace) !== call.namespace) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${call.name})`,
    );
  }
  if (resourceVersion !== '' && resourceVersion !== old.metadata.resourceVersion) {
    const why =
      'the object has been modified; please apply your changes to the latest version and try again';
    throw conflict(subject, why);
  }
  if (uid !== '' && uid !== old.metadata.uid) {
    throw invalid(subject, [invalidValue('metadata.uid', uid, 'field is immutable')]);
  }
  const { labels, annotations, finalizers, ownerReferences } = wanted.metadata;
  const metadata = withoutEmpty({
    ...old.metadata,
    labels,
    annotations,
    finalizers,
    ownerReferences,
  });
  const endpoint = endpointOf(call.subresource);
  const now = kubeTime(cluster.clock.nowMs());
  const kept = { ...wanted, metadata };
  const next = resource.prepareUpdate?.(kept, old, endpoint, now) ?? kept;
  const errors = [
    ...metadataErrors(next, resource.group),
    ...(resource.updateErrors?.(next, old, endpoint) ?? []),
  ];
  if (errors.length > 0) throw invalid(subject, errors);
  admit(cluster, call, next, old);
  return isDeepStrictEqual(withoutEmpty(next), withoutEmpty(old))
    ? old
    : commit(cluster, call, next);
}

function endpointOf(subresource: string): CsrEndpoint {
  return subresource === 'approval' || subresource === 'status' ? subresource : '';
}

/** Answers the Status of a deletion. */
export function remove(cluster: Cluster, call: ResourceCall): JsonObject {
  const old = existing(cluster, call);
  const { uid } = old.metadata;
  const { preconditions } = isObject(call.body) ? call.body : {};
  for (const field of ['uid', 'resourceVersion']) {
    const wanted = textAt(preconditions, field);
    const found = textAt(old.metadata, field);
    if (wanted === '' || wanted === found) continue;
    const why = `Precondition failed: ${field} in precondition: ${wanted}, in object meta: ${found}`;
    throw conflict(subjectOf(call.resource, call.name), why);
  }
  if (old.metadata.finalizers !== undefined)
    throw notImplemented('deletion of objects with finalizers');
  if (call.resource.plural === 'namespaces') throw notImplemented('deletion of namespaces');
  if (!isDryRun(call)) cluster.store.remove(call.resource.shelf, keyOf(call.namespace, call.name));
  const { group, plural } = call.resource;
  const details = { name: call.name, ...(group === '' ? {} : { group }), kind: plural, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

const isDryRun = ({ query }: ResourceCall): boolean => query.get('dryRun') === 'All';

function commit({ store, clock }: Cluster, call: ResourceCall, object: KubeObject): KubeObject {
  if (isDryRun(call)) return object;
  const { query, userAgent, subresource, resource } = call;
  const manager = query.get('fieldManager') ?? userAgent.split('/')[0] ?? '';
  const entry = {
    manager: manager === '' ? 'unknown' : manager,
    operation: 'Update',
    apiVersion: groupVersion(resource),
    time: kubeTime(clock.nowMs()),
    fieldsType: 'FieldsV1',
    ...(subresource === '' ? {} : { subresource }),
  };
  // Only who wrote last: this server does not know who owns which field.
  const metadata = { ...object.metadata, managedFields: [entry] };
  return store.put(resource.shelf, keyOf(call.namespace, metadata.name), { ...object, metadata });
}
