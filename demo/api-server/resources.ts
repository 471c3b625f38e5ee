// SPDX-License-Identifier: Apache-2.0
// All kinds of objects that this server has.

import { isDeepStrictEqual } from 'node:util';
import * as columns from './columns.js';
import { CSR_FIELDS, prepareCsr, prepareCsrUpdate } from './csr-strategy.js';
import { csrUpdateErrors, newCsrErrors } from './csr-validation.js';
import { coreEventErrors, fromCoreEvent, newEventErrors, toCoreEvent } from './events.js';
import { forbiddenField, invalidValue } from './failures.js';
import type { FieldError } from './failures.js';
import { at, isObject } from './json.js';
import type { KubeObject } from './json.js';
import type { Resource } from './resource.js';
import type { Fields } from './shapes.js';

type Traits = Partial<Omit<Resource, 'group' | 'version' | 'plural' | 'kind'>>;

function resource(apiVersion: string, plural: string, kind: string, traits: Traits): Resource {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const shelf = group === '' ? plural : `${plural}.${group}`;
  return {
    group,
    version: version ?? '',
    plural,
    kind,
    namespaced: false,
    fields: {},
    shelf,
    ...traits,
  };
}

const SPEC_AND_STATUS: Fields = { spec: 'any', status: 'any' };
const WITH_STATUS: Traits = {
  fields: SPEC_AND_STATUS,
  subresources: ['status'],
  prepareUpdate: (next, old, subresource) =>
    subresource === 'status' ? { ...next, spec: old['spec'] } : { ...next, status: old['status'] },
};
const RULES: Fields = { rules: 'any', aggregationRule: 'any' };
const BINDING: Fields = { roleRef: 'any', subjects: 'any' };
const RBAC = 'rbac.authorization.k8s.io/v1';

const LEASE_FIELDS: Fields = {
  spec: {
    holderIdentity: 'string',
    leaseDurationSeconds: 'number',
    acquireTime: 'microTime',
    renewTime: 'microTime',
    leaseTransitions: 'number',
    strategy: 'string',
    preferredHolder: 'string',
  },
};

const ANY_EVENT: Fields = {
  eventTime: 'microTime',
  reason: 'string',
  type: 'string',
  series: 'any',
  action: 'string',
  related: 'any',
  reportingInstance: 'string',
};
const CORE_EVENT: Fields = {
  ...ANY_EVENT,
  involvedObject: 'any',
  message: 'string',
  source: 'any',
  firstTimestamp: 'string',
  lastTimestamp: 'string',
  count: 'number',
  reportingComponent: 'string',
};
const EVENT: Fields = {
  ...ANY_EVENT,
  regarding: 'any',
  note: 'string',
  reportingController: 'string',
  deprecatedSource: 'any',
  deprecatedFirstTimestamp: 'string',
  deprecatedLastTimestamp: 'string',
  deprecatedCount: 'number',
};
const EVENTS: Traits = {
  namespaced: true,
  shortNames: ['ev'],
  shelf: 'events',
  isUncached: true,
  columns: columns.EVENT_COLUMNS,
};

const selectableOfEvents = (object: string): readonly string[] =>
  ['reason', 'type'].concat(
    ['kind', 'namespace', 'name', 'uid', 'apiVersion'].map((field) => `${object}.${field}`),
  );

/** Moves the texts of `stringData` into `data`. */
function withEncodedData(secret: KubeObject): KubeObject {
  const { stringData, data = {}, ...others } = secret;
  const texts = Object.entries(isObject(stringData) ? stringData : {});
  const encoded = texts.map(([name, text]) => [name, Buffer.from(String(text)).toString('base64')]);
  const all = { ...(isObject(data) ? data : {}), ...Object.fromEntries(encoded) };
  return { type: 'Opaque', ...others, ...(Object.keys(all).length === 0 ? {} : { data: all }) };
}

function immutableErrors(next: KubeObject, old: KubeObject): readonly FieldError[] {
  if (old['immutable'] !== true) return [];
  const changed = ['immutable', 'data', 'binaryData'].filter(
    (field) => !isDeepStrictEqual(next[field], old[field]),
  );
  return changed.map((field) =>
    forbiddenField(field, 'field is immutable when `immutable` is set'),
  );
}

function leaseErrors(lease: KubeObject): readonly FieldError[] {
  const seconds = at(lease, 'spec', 'leaseDurationSeconds');
  if (typeof seconds !== 'number' || seconds > 0) return [];
  return [invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0')];
}

export const RESOURCES: readonly Resource[] = [
  resource('certificates.k8s.io/v1', 'certificatesigningrequests', 'CertificateSigningRequest', {
    shortNames: ['csr'],
    subresources: ['approval', 'status'],
    fields: CSR_FIELDS,
    selectableFields: ['spec.signerName'],
    columns: columns.CSR_COLUMNS,
    listsAreAtomic: true,
    prepareCreate: prepareCsr,
    prepareUpdate: prepareCsrUpdate,
    createErrors: (csr) => newCsrErrors(csr),
    updateErrors: csrUpdateErrors,
  }),
  resource('v1', 'nodes', 'Node', {
    ...WITH_STATUS,
    shortNames: ['no'],
    selectableFields: ['spec.unschedulable'],
    columns: columns.NODE_COLUMNS,
  }),
  resource('v1', 'configmaps', 'ConfigMap', {
    namespaced: true,
    shortNames: ['cm'],
    fields: { data: 'textMap', binaryData: 'any', immutable: 'boolean' },
    updateErrors: immutableErrors,
    columns: columns.CONFIG_MAP_COLUMNS,
  }),
  resource('v1', 'secrets', 'Secret', {
    namespaced: true,
    fields: { data: 'textMap', stringData: 'textMap', type: 'string', immutable: 'boolean' },
    selectableFields: ['type'],
    columns: columns.SECRET_COLUMNS,
    stored: withEncodedData,
    updateErrors: immutableErrors,
  }),
  resource('v1', 'namespaces', 'Namespace', {
    ...WITH_STATUS,
    shortNames: ['ns'],
    columns: columns.NAMESPACE_COLUMNS,
    prepareCreate: (namespace) => ({ ...namespace, status: { phase: 'Active' } }),
  }),
  resource('v1', 'serviceaccounts', 'ServiceAccount', {
    namespaced: true,
    shortNames: ['sa'],
    subresources: ['token'],
    fields: { secrets: 'any', imagePullSecrets: 'any', automountServiceAccountToken: 'boolean' },
  }),
  resource('v1', 'services', 'Service', { ...WITH_STATUS, namespaced: true, shortNames: ['svc'] }),
  resource('v1', 'events', 'Event', {
    ...EVENTS,
    fields: CORE_EVENT,
    selectableFields: selectableOfEvents('involvedObject'),
    createErrors: coreEventErrors,
  }),
  resource('events.k8s.io/v1', 'events', 'Event', {
    ...EVENTS,
    fields: EVENT,
    selectableFields: selectableOfEvents('regarding'),
    stored: toCoreEvent,
    shown: fromCoreEvent,
    createErrors: newEventErrors,
  }),
  resource('coordination.k8s.io/v1', 'leases', 'Lease', {
    namespaced: true,
    fields: LEASE_FIELDS,
    createErrors: leaseErrors,
    updateErrors: leaseErrors,
    columns: columns.LEASE_COLUMNS,
  }),
  resource('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice', {
    namespaced: true,
    fields: { addressType: 'string', endpoints: 'any', ports: 'any' },
  }),
  resource('networking.k8s.io/v1', 'servicecidrs', 'ServiceCIDR', WITH_STATUS),
  resource(RBAC, 'clusterroles', 'ClusterRole', { fields: RULES }),
  resource(RBAC, 'clusterrolebindings', 'ClusterRoleBinding', { fields: BINDING }),
  resource(RBAC, 'roles', 'Role', { namespaced: true, fields: { rules: 'any' } }),
  resource(RBAC, 'rolebindings', 'RoleBinding', { namespaced: true, fields: BINDING }),
];
