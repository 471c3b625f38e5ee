// SPDX-License-Identifier: Apache-2.0
// Turns the API's JSON of a CertificateSigningRequest into a CsrObject, or says why it cannot.

import type { ResourceVersion, SignerName } from '../vocabulary/brands.js';
import type { Refusal } from '../vocabulary/refusal.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { CsrCondition, CsrObject, Requester } from './csr-object.js';

/** What a field of an unexpected type throws inside this module; it never leaves it. */
class UnreadableField extends Error {
  readonly path: string;
  readonly wanted: string;
  constructor(path: string, wanted: string) {
    super(`${path} is not ${wanted}`);
    this.path = path;
    this.wanted = wanted;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * A `certificates.k8s.io/v1` CertificateSigningRequest as the API (or a manifest read offline) gives it.
 * Strict on the types of the fields that are used, tolerant to further fields. Fields that the server fills
 * (uid, resourceVersion, creationTimestamp, username) may be absent, as in a manifest; a present field of
 * the wrong type is refused with `ObjectUnreadable`.
 */
export function parseCsrObject(json: unknown): Result<CsrObject, Refusal> {
  try {
    return ok(csrObject(json));
  } catch (error) {
    if (!(error instanceof UnreadableField)) throw error;
    const detail = `${error.path} is not ${error.wanted}`;
    return fail({ code: 'ObjectUnreadable', at: error.path, detail });
  }
}

function csrObject(json: unknown): CsrObject {
  const object = fields(json, 'object');
  const apiVersion = optional(object, 'apiVersion', 'apiVersion', text);
  if (apiVersion !== undefined && apiVersion !== 'certificates.k8s.io/v1') {
    throw new UnreadableField('apiVersion', 'certificates.k8s.io/v1');
  }
  const kind = optional(object, 'kind', 'kind', text);
  if (kind !== undefined && kind !== 'CertificateSigningRequest') {
    throw new UnreadableField('kind', 'CertificateSigningRequest');
  }
  const metadata = fields(object['metadata'], 'metadata');
  const spec = fields(object['spec'], 'spec');
  const status = optional(object, 'status', 'status', fields) ?? {};
  const certificate = optional(status, 'certificate', 'status.certificate', text);
  return Object.freeze({
    name: filled(metadata['name'], 'metadata.name'),
    uid: optional(metadata, 'uid', 'metadata.uid', text) ?? '',
    resourceVersion: (optional(metadata, 'resourceVersion', 'metadata.resourceVersion', text) ??
      '') as ResourceVersion,
    createdAtMs:
      optional(metadata, 'creationTimestamp', 'metadata.creationTimestamp', instant) ?? 0,
    signerName: filled(spec['signerName'], 'spec.signerName') as SignerName,
    usages: texts(spec['usages'], 'spec.usages'),
    expirationSeconds: optional(spec, 'expirationSeconds', 'spec.expirationSeconds', wholeNumber),
    requester: requester(spec),
    request: filled(spec['request'], 'spec.request'),
    conditions: Object.freeze(
      (optional(status, 'conditions', 'status.conditions', list) ?? []).map(condition),
    ),
    certificate: certificate === '' ? undefined : certificate,
  });
}

function requester(spec: Fields): Requester {
  const extra = optional(spec, 'extra', 'spec.extra', fields) ?? {};
  return Object.freeze({
    username: optional(spec, 'username', 'spec.username', text) ?? '',
    uid: optional(spec, 'uid', 'spec.uid', text) ?? '',
    groups: optional(spec, 'groups', 'spec.groups', texts) ?? Object.freeze([]),
    extra: Object.freeze(
      // fromEntries defines own properties, so that a key such as __proto__ stays a key.
      Object.fromEntries(
        Object.entries(extra).map(([key, value]) => [key, texts(value, 'spec.extra')]),
      ),
    ),
  });
}

function condition(json: unknown, index: number): CsrCondition {
  const path = `status.conditions[${index}]`;
  const raw = fields(json, path);
  const field = (name: string): string | undefined => optional(raw, name, `${path}.${name}`, text);
  return Object.freeze({
    type: text(raw['type'], `${path}.type`),
    status: field('status'),
    reason: field('reason'),
    message: field('message'),
    lastUpdateTime: field('lastUpdateTime'),
    raw,
  });
}

function fields(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnreadableField(path, 'an object');
  }
  return value as Fields;
}

function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new UnreadableField(path, 'a list');
  return value as readonly unknown[];
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new UnreadableField(path, 'a string');
  return value;
}

function filled(value: unknown, path: string): string {
  const written = text(value, path);
  if (written === '') throw new UnreadableField(path, 'a string that is not empty');
  return written;
}

const texts = (value: unknown, path: string): readonly string[] =>
  Object.freeze(list(value, path).map((each, index) => text(each, `${path}[${index}]`)));

function wholeNumber(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new UnreadableField(path, 'a whole number');
  }
  return value;
}

/** An RFC 3339 time as the API server writes it, in milliseconds since the epoch. */
function instant(value: unknown, path: string): number {
  const written = text(value, path);
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(written) ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(ms)) throw new UnreadableField(path, 'a time (RFC 3339)');
  return ms;
}

/** The field read by `read`; undefined where the API leaves it out, which it also may write as null. */
function optional<T>(
  from: Fields,
  name: string,
  path: string,
  read: (value: unknown, path: string) => T,
): T | undefined {
  const value = from[name];
  return value === undefined || value === null ? undefined : read(value, path);
}
