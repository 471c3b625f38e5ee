// SPDX-License-Identifier: Apache-2.0
// What the server says of itself: its version, its health, its groups and resources, and as much OpenAPI as kubectl
// needs to leave the checking of fields to the server.

import type { JsonObject } from './json.js';
import { groupVersion } from './resource.js';
import type { Resource } from './resource.js';
import { RESOURCES } from './resources.js';
import { REVIEWS } from './reviews.js';

const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3-small',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: '',
};

const ALL_VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const groupVersions = [
  ...new Set([...RESOURCES.map(groupVersion), ...REVIEWS.map(({ group }) => `${group}/v1`)]),
];
const groups = [...new Set(groupVersions.filter((one) => one.includes('/')).map(nameOfGroup))];

function nameOfGroup(apiVersion: string): string {
  return apiVersion.split('/')[0] ?? '';
}

function apiGroup(name: string): JsonObject {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}

const rootOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;

function resourceList(apiVersion: string): JsonObject {
  const own = RESOURCES.filter((one) => groupVersion(one) === apiVersion);
  const reviews = REVIEWS.filter(({ group }) => `${group}/v1` === apiVersion);
  const resources = [
    ...own.flatMap(({ plural, kind, namespaced, shortNames = [], subresources = [] }) => [
      {
        name: plural,
        singularName: kind.toLowerCase(),
        namespaced,
        kind,
        verbs: ALL_VERBS,
        shortNames,
      },
      ...subresources.map((subresource) => ({
        name: `${plural}/${subresource}`,
        singularName: '',
        namespaced,
        kind,
        verbs: subresource === 'token' ? ['create'] : ['get', 'patch', 'update'],
      })),
    ]),
    ...reviews.map(({ plural, kind }) => {
      const singularName = kind.toLowerCase();
      return { name: plural, singularName, namespaced: false, kind, verbs: ['create'] };
    }),
  ];
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersion, resources };
}

/** Says of each kind that the server understands the query parameter fieldValidation. */
function openApi(apiVersion: string): JsonObject {
  const paths = RESOURCES.filter((one) => groupVersion(one) === apiVersion).map((one) => [
    `/${rootOf(apiVersion)}/${one.namespaced ? 'namespaces/{namespace}/' : ''}${one.plural}/{name}`,
    { patch: operation(one) },
  ]);
  const info = { title: 'Kubernetes', version: VERSION.gitVersion };
  return { openapi: '3.0.0', info, paths: Object.fromEntries(paths) };
}

function operation({ group, version, kind }: Resource): JsonObject {
  const parameter = { name: 'fieldValidation', in: 'query', schema: { type: 'string' } };
  return {
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': { group, version, kind },
    parameters: [parameter],
    responses: {},
  };
}

const OPEN_API = '/openapi/v3';

/** The answer for a path that is no resource; text for the health checks. */
export function describeServer(path: string): JsonObject | string | undefined {
  if (['/healthz', '/livez', '/readyz'].includes(path)) return 'ok';
  if (path === '/version') return VERSION;
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') {
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(apiGroup) };
  }
  if (path === OPEN_API) {
    const entries = groupVersions
      .map(rootOf)
      .map((root) => [root, { serverRelativeURL: `${OPEN_API}/${root}` }]);
    return { paths: Object.fromEntries(entries) };
  }
  const group = groups.find((name) => path === `/apis/${name}`);
  if (group !== undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) };
  const listed = groupVersions.find((apiVersion) => path === `/${rootOf(apiVersion)}`);
  if (listed !== undefined) return resourceList(listed);
  const specified = groupVersions.find((one) => path === `${OPEN_API}/${rootOf(one)}`);
  return specified === undefined ? undefined : openApi(specified);
}
