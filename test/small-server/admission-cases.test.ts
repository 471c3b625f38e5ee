// SPDX-License-Identifier: Apache-2.0
// The cases of the Kubernetes project for who may approve and sign, and for the subjects that admission refuses.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { admit } from '../../demo/api-server/admission.js';
import type { ResourceCall } from '../../demo/api-server/call.js';
import type { KubeObject } from '../../demo/api-server/json.js';
import { RESOURCES } from '../../demo/api-server/resources.js';
import { Store } from '../../demo/api-server/store.js';
import { realClock } from '../../demo/api-server/clock.js';
import { makeCsr } from '../support/control-plane-requests.js';

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: {
    readonly subresource?: string;
    readonly grantedName?: string;
    readonly oldSignerName?: string;
    readonly newSignerName?: string;
    readonly oldStatus?: object;
    readonly newStatus?: object;
    readonly signerName?: string;
    readonly organization?: readonly string[];
    readonly request?: string;
    readonly name?: string;
  };
  readonly expect: { readonly allowed: boolean; readonly error?: string };
}

const file = join(import.meta.dirname, '../fixtures/upstream-cases.json');
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[];

/** Not for this server: an object of another kind cannot come there, and its authorizer cannot fail. */
const NOT_HERE = /wrong-type|authz-lookup-fails|ignored-resource/;
const ofKind = (...kinds: string[]): [string, Case][] =>
  cases
    .filter(({ kind, id }) => kinds.includes(kind) && !NOT_HERE.test(id))
    .map((one) => [one.id, one]);

const resource = RESOURCES.find(({ plural }) => plural === 'certificatesigningrequests');
if (resource === undefined) throw new Error('there are no certificatesigningrequests');

const call = (subresource = ''): ResourceCall => ({
  resource,
  subresource,
  verb: 'update',
  namespace: '',
  name: 'case',
  method: 'PUT',
  path: '',
  query: new URLSearchParams(),
  contentType: '',
  accept: '',
  userAgent: '',
  body: undefined,
  user: { username: 'somebody', groups: [] },
  warn: () => {},
});

const csr = (name: string, signerName = '', status: object = {}, pem = ''): KubeObject => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name, uid: '', resourceVersion: '', creationTimestamp: '' },
  spec: { signerName, request: Buffer.from(pem).toString('base64') },
  status,
});

/** What admission says against it, or undefined. */
const refusal = (
  subresource: string,
  granted: string | undefined,
  next: KubeObject,
  old?: KubeObject,
): string | undefined => {
  const allows = (_: unknown, { name }: { readonly name?: string }): boolean => name === granted;
  try {
    admit({ store: new Store(1), clock: realClock, allows }, call(subresource), next, old);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('who may approve and sign (admission-approval, admission-signing)', () => {
  it.each(ofKind('admission-approval', 'admission-signing'))(
    '%s',
    (_, { input, expect: wanted }) => {
      const { subresource = '', oldSignerName = '', newSignerName = oldSignerName } = input;
      const old = csr('case', oldSignerName, input.oldStatus);
      const next = csr('case', newSignerName, input.newStatus);

      expect(refusal(subresource, input.grantedName, next, old) === undefined).toBe(wanted.allowed);
    },
  );
});

describe('subjects (admission-subjectrestriction)', () => {
  it.each(ofKind('admission-subjectrestriction'))('%s', async (_, { input, expect: wanted }) => {
    const { name = 'case', signerName, organization = [], request } = input;
    const pem = request ?? (await makeCsr({ cn: 'case', o: organization }));

    const message = refusal('', undefined, csr(name, signerName, {}, pem));

    expect(message === undefined).toBe(wanted.allowed);
    expect(message).toBe(wanted.error);
  });
});
