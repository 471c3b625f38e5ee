// SPDX-License-Identifier: Apache-2.0
// Rights as the roles and bindings that grant them to a ServiceAccount, and nothing else.

import type { Right } from './right.js';

/** One rule of a Role or ClusterRole (rbac.authorization.k8s.io/v1). */
export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A Role, ClusterRole or one of their bindings, as the API takes it. */
export interface RbacObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRole' | 'ClusterRoleBinding' | 'Role' | 'RoleBinding';
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly RbacRule[];
  readonly roleRef?: {
    readonly apiGroup: string;
    readonly kind: 'ClusterRole' | 'Role';
    readonly name: string;
  };
  readonly subjects?: readonly {
    readonly kind: 'ServiceAccount';
    readonly namespace: string;
    readonly name: string;
  }[];
}

/** To whom the rights are granted, and how the objects are called. */
export interface Grantee {
  /** Of all objects; those in other namespaces than the account's have the namespace behind it, as in the chart. */
  readonly name: string;
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
}

const API_GROUP = 'rbac.authorization.k8s.io';

/** A ClusterRole for what has no namespace, a Role for each namespace, and their bindings. */
export function rbacObjects(rights: readonly Right[], grantee: Grantee): readonly RbacObject[] {
  const inNamespaces = rights.flatMap(({ namespace }) => namespace ?? []);
  return [undefined, ...[...new Set(inNamespaces)].sort()].flatMap((namespace) => {
    const rules = rulesOf(rights.filter((right) => right.namespace === namespace));
    return rules.length === 0 ? [] : roleAndBinding(rules, namespace, grantee);
  });
}

function roleAndBinding(
  rules: readonly RbacRule[],
  namespace: string | undefined,
  { name, serviceAccount }: Grantee,
): readonly [RbacObject, RbacObject] {
  const metadata = {
    name:
      namespace === undefined || namespace === serviceAccount.namespace
        ? name
        : `${name}-${namespace}`,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { 'app.kubernetes.io/name': 'kube-csr-approver' },
  };
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const apiVersion = `${API_GROUP}/v1` as const;
  return [
    { apiVersion, kind, metadata, rules },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: API_GROUP, kind, name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', ...serviceAccount }],
    },
  ];
}

/** Rights of one namespace, those that differ in nothing but name, and then in nothing but verb, in one rule. */
function rulesOf(rights: readonly Right[]): readonly RbacRule[] {
  const byVerb = grouped(rights, (right) => [right.verb, ...thingOf(right)]).map((same) => ({
    right: same[0],
    names: same.flatMap(({ name }) => name ?? []),
  }));
  return grouped(byVerb, ({ right, names }) => [...thingOf(right), ...names]).map((same) => {
    const [{ right, names }] = same;
    return {
      apiGroups: [right.apiGroup],
      resources: [resourceOf(right)],
      ...(names.length === 0 ? {} : { resourceNames: names }),
      verbs: same.map((each) => each.right.verb),
    };
  });
}

const resourceOf = ({ resource, subresource }: Right): string =>
  subresource === undefined ? resource : `${resource}/${subresource}`;

const thingOf = (right: Right): readonly string[] => [
  right.apiGroup,
  resourceOf(right),
  right.name === undefined ? 'all' : 'named',
];

/** `items` with equal keys together, in the order of the first of each. */
function grouped<T>(
  items: readonly T[],
  keyOf: (item: T) => readonly string[],
): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
