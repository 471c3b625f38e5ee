// SPDX-License-Identifier: Apache-2.0
// One request, taken apart: what is wanted, of which object, by whom.

import type { Allows } from './authorization.js';
import type { Clock } from './clock.js';
import { forbidden } from './failures.js';
import { groupVersion, subjectOf } from './resource.js';
import type { Resource } from './resource.js';
import type { Store } from './store.js';
import type { User } from './users.js';

/** What all requests share. */
export interface Cluster {
  readonly store: Store;
  readonly clock: Clock;
  readonly allows: Allows;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly accept: string;
  readonly userAgent: string;
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
  readonly user: User;
  /** Ends up in a Warning header. */
  readonly warn: (text: string) => void;
}

/** A call of a resource; name and subresource are empty where there are none. */
export interface ResourceCall extends Call {
  readonly resource: Resource;
  readonly verb: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
}

/** The resource with that path under /api or /apis, if this server has it. */
export function resourceCall(call: Call, resources: readonly Resource[]): ResourceCall | undefined {
  const [root, ...steps] = call.path.split('/').slice(1).map(decodeURIComponent);
  const group = root === 'apis' ? (steps.shift() ?? '') : '';
  const version = steps.shift() ?? '';
  const isInNamespace = steps[0] === 'namespaces' && steps.length > 2 && steps[2] !== 'status';
  const [, namespace = ''] = isInNamespace ? steps.splice(0, 2) : [];
  const [plural, name = '', subresource = '', ...more] = steps;
  const resource = resources.find(
    (one) =>
      groupVersion(one) === (group === '' ? version : `${group}/${version}`) &&
      one.plural === plural,
  );
  if (resource === undefined || more.length > 0) return undefined;
  // A namespaced object has its namespace in the path; so has the list of one namespace, but not that of all.
  if (isInNamespace !== resource.namespaced && (isInNamespace || name !== '')) return undefined;
  const verb = verbOf(call, name === '');
  return { ...call, resource, verb, namespace, name, subresource };
}

function verbOf({ method, query }: Call, isCollection: boolean): string {
  switch (method) {
    case 'GET':
      if (!isCollection) return 'get';
      return ['true', '1'].includes(query.get('watch') ?? '') ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    default:
      return isCollection ? 'deletecollection' : 'delete';
  }
}

/** Throws a 403 unless the user may do that. */
export function authorize(allows: Allows, call: ResourceCall): void {
  const { user, verb, namespace, name, subresource } = call;
  const { group, plural } = call.resource;
  const resource = subresource === '' ? plural : `${plural}/${subresource}`;
  const place = namespace === '' ? {} : { namespace };
  if (allows(user, { verb, group, resource, name, ...place })) return;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = `cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  throw forbidden(subjectOf(call.resource, name), `User "${user.username}" ${what}`);
}
