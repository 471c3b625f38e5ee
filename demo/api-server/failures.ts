// SPDX-License-Identifier: Apache-2.0
// Everything that the server says when it does not do what it was asked for: Kubernetes `Status` objects.

import type { JsonObject } from './json.js';

/** Which kind of object, and which one, a failure is about. */
export interface Subject {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly name: string;
}

/** One thing that is wrong with an object. */
export interface FieldError {
  readonly type: 'Required' | 'Invalid' | 'Duplicate' | 'NotSupported' | 'Forbidden' | 'TooLong';
  readonly field: string;
  readonly message: string;
}

interface StatusOptions {
  readonly details?: JsonObject;
  readonly metadata?: JsonObject;
}

/** An expected failure; `status` is the body of the answer. */
export class ApiFailure extends Error {
  readonly code: number;
  readonly status: JsonObject;

  constructor(code: number, reason: string, message: string, options: StatusOptions = {}) {
    super(message);
    this.code = code;
    const head = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
    this.status = { ...head, message, reason, ...options, code };
  }
}

const qualified = ({ group, plural }: Subject): string =>
  group === '' ? plural : `${plural}.${group}`;

const detailsOf = ({ group, plural, name }: Subject): JsonObject => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: plural,
});

export const badRequest = (message: string): ApiFailure =>
  new ApiFailure(400, 'BadRequest', message);

export const unauthorized = (): ApiFailure => new ApiFailure(401, 'Unauthorized', 'Unauthorized');

export const forbidden = (subject: Subject, why: string): ApiFailure => {
  const name = subject.name === '' ? '' : ` "${subject.name}"`;
  const message = `${qualified(subject)}${name} is forbidden: ${why}`;
  return new ApiFailure(403, 'Forbidden', message, { details: detailsOf(subject) });
};

export const notFound = (subject: Subject): ApiFailure =>
  new ApiFailure(404, 'NotFound', `${qualified(subject)} "${subject.name}" not found`, {
    details: detailsOf(subject),
  });

export const noSuchPath = (): ApiFailure =>
  new ApiFailure(404, 'NotFound', 'the server could not find the requested resource');

export const methodNotAllowed = (): ApiFailure =>
  new ApiFailure(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  );

export const notAcceptable = (): ApiFailure =>
  new ApiFailure(406, 'NotAcceptable', 'this server answers application/json only');

export const alreadyExists = (subject: Subject): ApiFailure =>
  new ApiFailure(409, 'AlreadyExists', `${qualified(subject)} "${subject.name}" already exists`, {
    details: detailsOf(subject),
  });

export const conflict = (subject: Subject, why: string): ApiFailure => {
  const what = `Operation cannot be fulfilled on ${qualified(subject)} "${subject.name}"`;
  return new ApiFailure(409, 'Conflict', `${what}: ${why}`, { details: detailsOf(subject) });
};

/** `continueWith` is a token that goes on with the present. */
export const expired = (message: string, continueWith?: string): ApiFailure =>
  new ApiFailure(
    410,
    'Expired',
    message,
    continueWith === undefined ? {} : { metadata: { continue: continueWith } },
  );

export const tooLarge = (): ApiFailure =>
  new ApiFailure(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');

export const unsupportedMediaType = (supported: string): ApiFailure =>
  new ApiFailure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${supported}`,
  );

export const invalid = (subject: Subject, errors: readonly FieldError[]): ApiFailure => {
  const texts = errors.map(({ field, message }) => `${field}: ${message}`);
  const all = texts.length === 1 ? texts.join() : `[${texts.join(', ')}]`;
  const kind = subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`;
  const causes = errors.map(({ type, field, message }) => ({
    reason: `FieldValue${type}`,
    message,
    field,
  }));
  return new ApiFailure(422, 'Invalid', `${kind} "${subject.name}" is invalid: ${all}`, {
    details: { ...detailsOf(subject), kind: subject.kind, causes },
  });
};

/** What a complete API server would do here and this one does not. */
export const notImplemented = (what: string): ApiFailure =>
  new ApiFailure(501, 'NotImplemented', `the small API server has no ${what}`);

export const tooNew = (wanted: number, current: number): ApiFailure => {
  const text = 'Too large resource version';
  const causes = [{ reason: 'ResourceVersionTooLarge', message: text }];
  return new ApiFailure(504, 'Timeout', `Timeout: ${text}: ${wanted}, current: ${current}`, {
    details: { causes, retryAfterSeconds: 1 },
  });
};

const quoted = (value: unknown): string => JSON.stringify(value) ?? 'null';

const fieldError = (type: FieldError['type'], field: string, message: string): FieldError => ({
  type,
  field,
  message,
});

export const required = (field: string): FieldError =>
  fieldError('Required', field, 'Required value');

export const invalidValue = (field: string, value: unknown, why: string): FieldError =>
  fieldError('Invalid', field, `Invalid value: ${quoted(value)}: ${why}`);

export const duplicate = (field: string, value: string): FieldError =>
  fieldError('Duplicate', field, `Duplicate value: ${quoted(value)}`);

export const forbiddenField = (field: string, why: string): FieldError =>
  fieldError('Forbidden', field, `Forbidden: ${why}`);

export const tooLong = (field: string, max: number): FieldError =>
  fieldError('TooLong', field, `Too long: may not be more than ${max} bytes`);

export const unsupported = (field: string, value: string, known: readonly string[]): FieldError => {
  const message = `Unsupported value: ${quoted(value)}: supported values: ${known.map(quoted).join(', ')}`;
  return fieldError('NotSupported', field, message);
};

/** Query parameters that do not go together. */
export const invalidOptions = (why: string, field = 'resourceVersionMatch'): ApiFailure =>
  invalid({ group: 'meta.k8s.io', plural: '', kind: 'ListOptions', name: '' }, [
    forbiddenField(field, why),
  ]);
