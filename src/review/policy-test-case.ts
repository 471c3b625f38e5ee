// SPDX-License-Identifier: Apache-2.0
// From a case as it is written to a request as the API server would have stored it, with the evidence that it names.

import type { AccessReviewNeed } from '../decide/evidence.js';
import type { Resolve } from '../decide/settle.js';
import { offlineResolver } from '../evidence/files.js';
import { parseYamlDocuments } from '../policy/object-documents.js';
import type { PolicyTestFile } from '../policy/policy-test-file.js';
import type { WrittenAsked, WrittenTestCase } from '../policy/policy-test-schema.js';
import { formatProblem, type Path } from '../policy/problem.js';
import type { Case } from '../request/case.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import { readRequest } from '../request/read-request.js';
import { requiredUsages } from '../request/well-known-signers.js';
import { field, isRecord } from '../vocabulary/json.js';
import { fail, ok } from '../vocabulary/result.js';
import { type BesideFiles, type Had, withOwn } from './policy-test-files.js';
import { type KeyOf, requestOfSpec } from './policy-test-request.js';

/** A case that can be decided. */
export interface ReadyCase {
  readonly subject: Case;
  readonly resolve: Resolve;
  readonly nowMs: number;
}

/** What all cases of a file share. */
export interface CaseSurroundings {
  readonly test: PolicyTestFile;
  readonly files: BesideFiles;
  /** Objects of the file; a case may replace some. */
  readonly objects: readonly unknown[];
  readonly keyOf: KeyOf;
  /** What cases that bring no objects of their own share: reading thousands of Nodes takes its time. */
  readonly resolvers: Map<string, Resolve>;
  /** The time, in milliseconds, for cases that name none. */
  readonly nowMs: number;
}

/** Makes the case at `index` ready; the failure says, with line and column, what it lacks. */
export async function readyCase(index: number, around: CaseSurroundings): Promise<Had<ReadyCase>> {
  const { test, files } = around;
  const { defaults = {} } = test.written;
  const written = test.written.cases[index];
  if (written === undefined) return fail([]);
  const path = ['cases', index];
  const spec = await specOf(written, path, around);
  const own = await files.objects(written.objects, [...path, 'objects']);
  if (!spec.ok || !own.ok) {
    return fail([...(spec.ok ? [] : spec.error), ...(own.ok ? [] : own.error)]);
  }
  const nowMs = written.now ?? defaults.now ?? around.nowMs;
  const waitingSinceMs = nowMs - (written.waited ?? defaults.waited ?? 0);
  const metadata = { name: 'test', creationTimestamp: new Date(waitingSinceMs).toISOString() };
  const csr = parseCsrObject({ metadata, spec: spec.value });
  if (!csr.ok) {
    return problem(around, [...path, 'request'], `${csr.error.at}: ${csr.error.detail}`);
  }
  const subject = { csr: csr.value, reading: readRequest(csr.value), waitingSinceMs };
  return ok({ subject, resolve: resolverOf(written, own.value, around), nowMs });
}

const problem = ({ test }: CaseSurroundings, path: Path, message: string) =>
  fail([formatProblem(test.problemAt(path, message))]);

/** `spec` of the object: what the case says, else what its manifest says, else the defaults of the file. */
async function specOf(
  written: WrittenTestCase,
  path: Path,
  around: CaseSurroundings,
): Promise<Had<Readonly<Record<string, unknown>>>> {
  const stored = await storedSpec(written, [...path, 'request'], around);
  if (!stored.ok) return stored;
  const spec = {
    ...specFields(around.test.written.defaults ?? {}),
    ...stored.value,
    ...specFields(written),
  };
  const { signerName, username } = spec;
  if (typeof signerName !== 'string') {
    return problem(around, path, 'signerName is missing, here and in the defaults');
  }
  if (typeof username !== 'string') {
    return problem(around, path, '"as" is missing, here and in the defaults: who asks');
  }
  const usages = spec['usages'] ?? requiredUsages(signerName);
  if (usages === undefined) {
    const message = `usages are missing, here and in the defaults; ${signerName} has none by itself`;
    return problem(around, path, message);
  }
  const isStored = field(stored.value, 'username') === username;
  const groups = isStored ? spec['groups'] : withUsualGroups(username, spec.groups ?? []);
  return ok({ ...spec, usages, groups });
}

/** The fields of a case under the names that they have in the API; what is not written is absent. */
function specFields(asked: WrittenAsked) {
  const { signerName, usages, expirationSeconds, as: username, groups, uid, extra } = asked;
  return {
    ...(signerName === undefined ? {} : { signerName }),
    ...(usages === undefined ? {} : { usages }),
    ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
    ...(username === undefined ? {} : { username }),
    ...(groups === undefined ? {} : { groups }),
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
}

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):[^:]+$/;

/** Groups that the API server adds by itself to whoever asks: tests that leave them out would not be about real requests. */
function withUsualGroups(username: string, groups: readonly string[]): readonly string[] {
  const namespace = SERVICE_ACCOUNT.exec(username)?.[1];
  const usual = [
    ...(namespace === undefined
      ? []
      : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]),
    username === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated',
  ];
  return [...new Set([...groups, ...usual])];
}

const MANIFEST = /\.(ya?ml|json)$/;

/** What the request itself brings: of a manifest its whole spec, else the PEM of a file or of a short spec. */
async function storedSpec(
  { request }: WrittenTestCase,
  path: Path,
  around: CaseSurroundings,
): Promise<Had<Readonly<Record<string, unknown>>>> {
  if (typeof request !== 'string') {
    return ok({ request: base64(Buffer.from(requestOfSpec(request, around.keyOf))) });
  }
  const bytes = await around.files.bytes(request, path);
  if (!bytes.ok) return bytes;
  if (!MANIFEST.test(request)) return ok({ request: base64(bytes.value) });
  const text = Buffer.from(bytes.value).toString('utf8');
  const read = parseYamlDocuments(text, around.files.shown(request));
  if (!read.ok) return fail(read.error.map(formatProblem));
  const [only, ...others] = read.value;
  const spec = field(only, 'spec');
  if (others.length > 0 || !isRecord(spec)) {
    return problem(around, path, `${request} is not one CertificateSigningRequest`);
  }
  return ok(spec);
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function resolverOf(
  written: WrittenTestCase,
  own: readonly unknown[],
  { test, objects, resolvers }: CaseSurroundings,
): Resolve {
  const { defaults = {}, dns: ofFile } = test.written;
  const access = { ...defaults.access, ...written.access };
  const isDnsSaid = ofFile !== undefined || written.dns !== undefined;
  const sources = {
    access: accessOf(access),
    ...(isDnsSaid ? { dns: new Map(Object.entries({ ...ofFile, ...written.dns })) } : {}),
  };
  if (own.length > 0) return offlineResolver({ ...sources, objects: withOwn(objects, own) });
  const key = JSON.stringify([access, written.dns]);
  const known = resolvers.get(key) ?? offlineResolver({ ...sources, objects });
  resolvers.set(key, known);
  return known;
}

type Assumption = AccessReviewNeed['assumption'];

function accessOf(written: NonNullable<WrittenAsked['access']>): ReadonlyMap<Assumption, boolean> {
  const access = new Map<Assumption, boolean>();
  for (const name of ['nodeclient', 'selfnodeclient', 'everything'] as const) {
    const answer = written[name];
    if (answer !== undefined) access.set(name, answer === 'allowed');
  }
  return access;
}
