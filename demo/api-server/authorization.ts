// SPDX-License-Identifier: Apache-2.0
// Who may do what: RBAC over the stored roles and bindings, and fixed rules for nodes and administrators.

import { isObject, listAt, textAt, textsAt } from './json.js';
import type { KubeObject } from './json.js';
import type { Store } from './store.js';
import { isMaster } from './users.js';
import type { User } from './users.js';

/** What somebody wants to do: with a resource, or with a path that is none. */
export interface Attributes {
  readonly verb: string;
  readonly group?: string;
  /** With its subresource: `nodes/status`. */
  readonly resource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly path?: string;
}

export type Allows = (user: User, attributes: Attributes) => boolean;

export function createAuthorizer(store: Store): Allows {
  const isGranted = (user: User, attributes: Attributes, binding: KubeObject): boolean => {
    const { namespace = '' } = binding.metadata;
    if (!listAt(binding, 'subjects').some((subject) => names(subject, user, namespace)))
      return false;
    const roleName = textAt(binding, 'roleRef', 'name');
    const role =
      textAt(binding, 'roleRef', 'kind') === 'Role'
        ? store.get('roles.rbac.authorization.k8s.io', `${namespace}/${roleName}`)
        : store.get('clusterroles.rbac.authorization.k8s.io', roleName);
    return listAt(role, 'rules').some((rule) => covers(rule, attributes));
  };
  return (user, attributes) => {
    if (isMaster(user)) return true;
    if (isNode(user) && NODE_RULES.some((rule) => covers(rule, attributes))) return true;
    const { namespace } = attributes;
    const bindings = [
      ...store.all('clusterrolebindings.rbac.authorization.k8s.io'),
      ...store
        .all('rolebindings.rbac.authorization.k8s.io')
        .filter(({ metadata }) => namespace !== undefined && metadata.namespace === namespace),
    ];
    return bindings.some((binding) => isGranted(user, attributes, binding));
  };
}

function names(subject: unknown, user: User, namespace: string): boolean {
  const name = textAt(subject, 'name');
  switch (textAt(subject, 'kind')) {
    case 'User':
      return user.username === name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount': {
      const home = textAt(subject, 'namespace') || namespace;
      return user.username === `system:serviceaccount:${home}:${name}`;
    }
    default:
      return false;
  }
}

const has = (texts: readonly string[], wanted: string): boolean =>
  texts.includes('*') || texts.includes(wanted);

function covers(rule: unknown, attributes: Attributes): boolean {
  const { verb, path, group = '', resource = '', name = '' } = attributes;
  if (!isObject(rule) || !has(textsAt(rule, 'verbs'), verb)) return false;
  if (path !== undefined) return textsAt(rule, 'nonResourceURLs').some((url) => reaches(url, path));
  const [, subresource] = resource.split('/');
  const resources = textsAt(rule, 'resources');
  const resourceNames = textsAt(rule, 'resourceNames');
  return (
    has(textsAt(rule, 'apiGroups'), group) &&
    (has(resources, resource) ||
      (subresource !== undefined && resources.includes(`*/${subresource}`))) &&
    (resourceNames.length === 0 || resourceNames.includes(name))
  );
}

const reaches = (url: string, path: string): boolean =>
  url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : url === path;

export const isNode = ({ username, groups }: User): boolean =>
  username.startsWith('system:node:') && groups.includes('system:nodes');

const nodeRule = (apiGroups: string[], resources: string[], verbs: string) => ({
  apiGroups,
  resources,
  verbs: verbs.split(' '),
});

/** What the node authorizer lets every kubelet do with what this server has. */
const NODE_RULES = [
  nodeRule([''], ['nodes', 'nodes/status'], 'create get list watch update patch'),
  nodeRule([''], ['services'], 'get list watch'),
  nodeRule(['', 'events.k8s.io'], ['events'], 'create update patch'),
  nodeRule(['certificates.k8s.io'], ['certificatesigningrequests'], 'create get list watch'),
  nodeRule(['coordination.k8s.io'], ['leases'], 'create get update patch delete'),
];
