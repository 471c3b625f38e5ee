// SPDX-License-Identifier: Apache-2.0
// The cases of the Kubernetes project itself, for the rules of the small API server: what is valid, what each endpoint
// may change, who may approve and sign.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { prepareCsr, prepareCsrUpdate } from '../../demo/api-server/csr-strategy.js';
import { csrUpdateErrors, newCsrErrors } from '../../demo/api-server/csr-validation.js';
import type { FieldError } from '../../demo/api-server/failures.js';
import type { KubeObject } from '../../demo/api-server/json.js';
import { makeCsr } from '../support/control-plane-requests.js';
import { createAuthority } from '../support/control-plane-certificates.js';

type Endpoint = '' | 'approval' | 'status';
type Status = Readonly<Record<string, unknown>>;

interface ExpectedError {
  readonly type: string;
  readonly field: string;
  readonly detail?: string;
}

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: {
    readonly operation: string;
    readonly subresource?: Endpoint;
    readonly subresources?: readonly Endpoint[];
    readonly spec?: Status;
    readonly conditions?: readonly object[];
    readonly certificate?: string;
    readonly certificateRecipe?: string;
    readonly old?: Status;
    readonly new?: Status;
    readonly object?: { readonly spec?: Status; readonly status?: Status };
    readonly requestUser?: { readonly name: string; readonly uid: string } | null;
  };
  readonly expect: {
    readonly errors?: readonly (string | ExpectedError)[];
    readonly object?: {
      readonly conditions?: readonly object[];
      readonly spec?: Status;
    };
  };
}

const file = join(import.meta.dirname, '../fixtures/upstream-cases.json');
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[];
const ofKind = (kind: string, test: (one: Case) => boolean = () => true): [string, Case][] =>
  cases.filter((one) => one.kind === kind && test(one)).map((one) => [one.id, one]);

let requestPem = '';
let certificatePem = '';
beforeAll(async () => {
  requestPem = await makeCsr({ cn: 'upstream', o: ['testing-org'] });
  ({ certPem: certificatePem } = await createAuthority('upstream'));
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Certificate texts that the cases name or describe. */
const certificateText = (words: string): string => {
  const lines = certificatePem.trim().split('\n');
  if (
    words === 'valid-two-cert-pem' ||
    words.startsWith('leading text, CERTIFICATE block (leaf)')
  ) {
    return `leading\n${certificatePem}between\n${certificatePem}trailing\n`;
  }
  if (words.includes('CERTIFICATE1'))
    return certificatePem.replaceAll('CERTIFICATE', 'CERTIFICATE1');
  if (words.includes('question marks')) {
    return lines.toSpliced(-2, 1, `${lines.at(-2)}????`).join('\n');
  }
  if (words.includes('directly followed')) return `${lines[0]}\n${lines.at(-1)}\n`;
  return words;
};

const object = (spec: Status, status: Status = {}): KubeObject => {
  const { request, ...others } = spec;
  const { certificate, conditions, usages } = status;
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'upstream', uid: '', resourceVersion: '', creationTimestamp: '' },
    spec: {
      usages: ['digital signature'],
      signerName: 'example.com/signer',
      ...others,
      ...(request === undefined ? {} : { request: base64(requestPem) }),
      ...(usages === undefined ? {} : { usages }),
    },
    status: {
      conditions,
      ...(typeof certificate === 'string'
        ? { certificate: base64(certificateText(certificate)) }
        : {}),
    },
  };
};

/** In the form of the cases: the real server of today reports contradictions at the list itself. */
const texts = (errors: readonly FieldError[]): string[] =>
  errors.map(({ field, message }) => `${field}: ${message}`);

const expectErrors = (errors: readonly FieldError[], expected: Case['expect']['errors'] = []) => {
  expect(texts(errors)).toHaveLength(expected.length);
  for (const [index, wanted] of expected.entries()) {
    const found = errors[index];
    if (typeof wanted === 'string') {
      const text = wanted.replace(/conditions\[\d\]\.type(?=.*mutually exclusive)/, 'conditions');
      expect(texts(errors)[index]).toBe(text);
      continue;
    }
    expect(found?.field).toBe(wanted.field);
    expect(found?.type).toBe(wanted.type);
    expect(found?.message).toContain(wanted.detail ?? '');
  }
};

/** Cases of updates that begin at an object with a defect, which no write to the small server can bring about. */
const beginsInvalid = ({ input }: Case): boolean => {
  const {
    certificate,
    conditions = [],
    usages,
  } = (input.old ?? {}) as {
    readonly certificate?: string;
    readonly conditions?: readonly { readonly type: string }[];
    readonly usages?: readonly string[];
  };
  const types = conditions.map(({ type }) => type);
  const contradicts = types.includes('Approved') && types.includes('Denied');
  return certificate === 'no PEM content' || contradicts || usages !== undefined;
};

describe('new objects (api-validation)', () => {
  const isNew = ({ input }: Case): boolean => input.operation === 'create';

  it.each(ofKind('api-validation', isNew))('%s', (_, { input, expect: { errors } }) => {
    const { usages = [], signerName = '', ...spec } = input.spec ?? {};

    expectErrors(newCsrErrors(object({ ...spec, usages, signerName })), errors);
  });
});

describe('whole objects (api-validation)', () => {
  const isWhole = ({ input }: Case): boolean =>
    ['strict', 'create-validate', undefined].includes(input.operation);

  it.each(ofKind('api-validation', isWhole))('%s', (_, { input, expect: { errors } }) => {
    const { conditions, certificate = input.certificateRecipe } = input;
    const status = {
      conditions,
      ...(certificate === undefined ? {} : { certificate: certificate }),
    };

    expectErrors(newCsrErrors(object({ request: {}, ...input.spec }, status)), errors);
  });
});

describe('changes (api-validation)', () => {
  const isChange = (one: Case): boolean => one.input.operation === 'update' && !beginsInvalid(one);
  const changes = ofKind('api-validation', isChange).flatMap(([id, one]) => {
    const { subresource = '', subresources = [subresource] } = one.input;
    return subresources.map((endpoint) => ({ id, one, endpoint }));
  });

  it.each(changes)('$id at "$endpoint"', ({ one: { input, expect: wanted }, endpoint }) => {
    const spec = { request: {}, ...input.spec };

    const errors = csrUpdateErrors(object(spec, input.new), object(spec, input.old), endpoint);

    expectErrors(errors, wanted.errors);
  });
});

describe('what the server makes of an object (api-strategy)', () => {
  const isNew = ({ input }: Case): boolean => input.operation === 'create';
  const NOW = '2026-01-02T03:04:05Z';
  const LATER = '2026-01-02T04:04:05Z';
  const timed = (value: unknown): Status =>
    JSON.parse(
      JSON.stringify(value ?? {})
        .replaceAll('"NOW"', `"${NOW}"`)
        .replaceAll('"LATER"', `"${LATER}"`),
    ) as Status;

  it.each(ofKind('api-strategy', isNew))('%s', (_, { input, expect: wanted }) => {
    const { requestUser } = input;
    const user =
      requestUser === null || requestUser === undefined
        ? undefined
        : { username: requestUser.name, uid: requestUser.uid, groups: [] };

    const made = prepareCsr(object(input.object?.spec ?? {}, input.object?.status), user);

    const { username, uid, groups } = made['spec'] as Status;
    const expected = wanted.object?.spec ?? {};
    expect([username, uid, groups ?? null]).toEqual([
      expected['username'],
      expected['uid'],
      expected['groups'] ?? null,
    ]);
    expect(made['status']).toEqual({});
  });

  it.each(ofKind('api-strategy', (one) => !isNew(one)))('%s', (_, { input, expect: wanted }) => {
    const [old, next] = [timed(input.old), timed(input.new)];

    const made = prepareCsrUpdate(object({}, next), object({}, old), 'status', NOW);

    const { conditions } = made['status'] as Status;
    expect(conditions).toEqual(timed(wanted.object)['conditions']);
  });
});
