// SPDX-License-Identifier: Apache-2.0
// Reading objects out of bodies: their known fields, their names and labels.

import { randomInt } from 'node:crypto';
import type { ResourceCall } from './call.js';
import { badRequest, invalidValue } from './failures.js';
import type { FieldError } from './failures.js';
import { isObject, textAt, withoutEmpty } from './json.js';
import type { JsonObject, KubeObject, Metadata } from './json.js';
import { groupVersion } from './resource.js';
import { METADATA, readFields } from './shapes.js';

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const MAX_BASE_NAME = 58;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(?=.{0,63}$)(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const LABEL_KEY =
  /^(?:[a-z0-9][-a-z0-9.]{0,252}\/)?(?=.{1,63}$)[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** A name that begins so; empty for an empty beginning. */
export function generatedName(base: string): string {
  if (base === '') return '';
  const letters = Array.from({ length: 5 }, () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)]);
  return base.slice(0, MAX_BASE_NAME) + letters.join('');
}

/** Reads a body as an object of the resource, in the stored form. Throws a 400. */
export function readObject(call: ResourceCall, body: unknown): KubeObject {
  const { resource } = call;
  const apiVersion = groupVersion(resource);
  const unknown: string[] = [];
  const fields = {
    apiVersion: 'string',
    kind: 'string',
    metadata: METADATA,
    ...resource.fields,
  } as const;
  const read = readFields(body, fields, unknown);
  reportUnknown(call, unknown);
  const [kind, version] = [textAt(read, 'kind'), textAt(read, 'apiVersion')];
  if ((kind !== '' && kind !== resource.kind) || (version !== '' && version !== apiVersion)) {
    throw badRequest(`the object is a ${version} ${kind}, expected ${apiVersion} ${resource.kind}`);
  }
  const given: JsonObject = isObject(read['metadata']) ? withoutEmpty(read['metadata']) : {};
  const metadata: Metadata = {
    ...given,
    name: textAt(given, 'name'),
    uid: textAt(given, 'uid'),
    resourceVersion: textAt(given, 'resourceVersion'),
    creationTimestamp: textAt(given, 'creationTimestamp'),
  };
  const object = { ...read, kind: resource.kind, apiVersion, metadata };
  return resource.stored?.(object) ?? object;
}

function reportUnknown({ query, warn }: ResourceCall, fields: readonly string[]): void {
  const problems = fields.map((field) => `unknown field "${field}"`);
  const mode = query.get('fieldValidation') ?? 'Warn';
  if (mode === 'Strict' && problems.length > 0) {
    throw badRequest(`strict decoding error: ${problems.join(', ')}`);
  }
  if (mode === 'Warn') for (const problem of problems) warn(problem);
}

/** What is wrong with name and labels; requests and roles may have names that are no host names. */
export function metadataErrors({ metadata }: KubeObject, group: string): FieldError[] {
  const { name, labels = {} } = metadata;
  const isFree = ['certificates.k8s.io', 'rbac.authorization.k8s.io'].includes(group);
  const isNameGood = isFree ? !/^\.{1,2}$|[/%]/.test(name) : SUBDOMAIN.test(name);
  const badLabels = Object.entries(labels).flatMap(([key, value]) => [
    ...(LABEL_KEY.test(key) ? [] : [key]),
    ...(LABEL_VALUE.test(value) ? [] : [value]),
  ]);
  return [
    ...(isNameGood
      ? []
      : [invalidValue('metadata.name', name, 'a lowercase RFC 1123 subdomain is wanted')]),
    ...badLabels.map((value) => invalidValue('metadata.labels', value, 'not valid in a label')),
  ];
}
