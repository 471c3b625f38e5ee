// SPDX-License-Identifier: Apache-2.0
// A signer over ports that record, for tests: a request that is signed, unless a test changes one thing.

import { X509Certificate } from 'node:crypto';
import type { Issuance } from '../../src/authority/issuance.js';
import type { SignerEntry } from '../../src/authority/signer-entry.js';
import type { SigningTrouble } from '../../src/authority/trouble.js';
import type { WriteOutcome } from '../../src/controller/write.js';
import type { CsrCondition, CsrObject } from '../../src/request/csr-object.js';
import { readRequest } from '../../src/request/read-request.js';
import type { Newest, SignerPorts, StatusWrite } from '../../src/signer/ports.js';
import { createSigner } from '../../src/signer/reconcile.js';
import type { SigningAuthority } from '../../src/signer/signing-authority.js';
import { fail, ok } from '../../src/vocabulary/result.js';
import {
  type Answers,
  answerWith,
  makeCsr,
  makePolicy,
  matcher,
  NOW_MS,
  ranges,
} from './decide.js';
import * as forge from './forge.js';
import { makeCeiling, makeEntry } from './signing.js';

/** A condition with a field that this program does not know. */
export const condition = (type: string, status: string | undefined = 'True'): CsrCondition => ({
  type,
  status,
  reason: 'Other',
  message: undefined,
  lastUpdateTime: undefined,
  raw: { type, status, reason: 'Other', unknownField: 7 },
});

/** A signer name of nobody in particular. */
export const MESH = 'example.com/mesh';

/** A signer that gives what the usual request asks for, and more kinds of names. */
const meshEntry = (changes: Partial<Omit<SignerEntry, 'signerName'>> = {}): SignerEntry =>
  makeEntry({
    signerName: MESH,
    allow: makeCeiling({
      commonName: [matcher('jane'), matcher('system:masters')],
      organizations: [matcher('dev'), matcher('system:masters')],
      dns: [matcher('a.example'), matcher('*.example'), matcher('api.example.com')],
      ip: ranges('0.0.0.0/0'),
      usages: ['client auth', 'server auth', 'digital signature', 'any'],
    }),
    ...changes,
  });

/** What the bytes of a request ask for. */
export interface Asked {
  readonly subject?: Uint8Array;
  readonly names?: readonly Uint8Array[];
  readonly pem?: string;
}

const requestOf = ({ subject, names = [forge.dns('a.example')], pem }: Asked): string =>
  Buffer.from(
    pem ??
      forge.forge({
        subject: subject ?? forge.name(forge.organization('dev'), forge.commonName('jane')),
        attributes: names.length === 0 ? [] : [forge.extensionRequest(forge.altNames(...names))],
      }),
  ).toString('base64');

/** An approved request that is signed unless a test changes one thing. */
export const approvedRequest = (
  changes: Parameters<typeof makeCsr>[0] & { asks?: Asked } = {},
): CsrObject => {
  const { asks, ...csr } = changes;
  return makeCsr({
    signerName: MESH,
    request: requestOf(asks ?? {}),
    conditions: [condition('Approved')],
    ...csr,
  });
};

/** What a test can change. */
export interface SignerChange {
  readonly csr?: CsrObject | undefined;
  readonly entry?: SignerEntry | undefined;
  readonly hasPolicy?: boolean;
  readonly outcome?: WriteOutcome;
  readonly answers?: Answers;
  readonly trouble?: SigningTrouble;
  readonly authority?: SigningAuthority;
}

/** A signer over ports that record; everything succeeds unless a test changes one thing. */
export function recordingSigner(change: SignerChange & { readonly authority: SigningAuthority }) {
  const entry = 'entry' in change ? change.entry : meshEntry();
  const seen = {
    csr: 'csr' in change ? change.csr : approvedRequest(),
    answers: change.answers ?? {},
    trouble: change.trouble,
    authority: change.authority,
    outcome: change.outcome,
    writes: [] as StatusWrite[],
    told: [] as Issuance[],
    absorbed: [] as unknown[],
    asked: [] as string[],
    authorities: 0,
    serials: 0,
    newest: { kind: 'absent' } as Newest,
  };
  const usages = entry?.allow?.usages ?? [];
  const compiled = makePolicy([], {
    signers: { [entry?.signerName ?? MESH]: { defaultLifetimeSeconds: 86_400, usages } },
  });
  const ports: SignerPorts = {
    get: () => seen.csr,
    absorb: (object) => void seen.absorbed.push(object),
    read: readRequest,
    policy: () =>
      change.hasPolicy === false
        ? undefined
        : { entry: (name) => (name === entry?.signerName ? entry : undefined), compiled },
    resolve: (need) => {
      seen.asked.push(need.kind);
      return Promise.resolve(answerWith(seen.answers)(need));
    },
    authority: () => {
      seen.authorities += 1;
      return Promise.resolve(seen.trouble === undefined ? ok(seen.authority) : fail(seen.trouble));
    },
    newSerial: () => {
      seen.serials += 1;
      return Uint8Array.from({ length: 16 }, () => seen.serials);
    },
    writeStatus: (write) => {
      seen.writes.push(write);
      return Promise.resolve(seen.outcome ?? { kind: 'written', object: { written: true } });
    },
    readNewest: () => Promise.resolve(seen.newest),
    tell: (issuance) => void seen.told.push(issuance),
    nowMs: () => NOW_MS,
  };
  const reconcile = createSigner(ports);
  const look = (signal = new AbortController().signal) => reconcile('jane-laptop', signal);
  return { seen, look };
}

/** The certificate that was written. */
export const certificateOf = (write: StatusWrite | undefined): X509Certificate => {
  if (write === undefined || !('certificate' in write)) throw new Error('no certificate written');
  return new X509Certificate(Buffer.from(write.certificate, 'base64'));
};

/** The conditions that were written. */
export const failureOf = (write: StatusWrite | undefined) => {
  if (write === undefined || !('conditions' in write)) throw new Error('no conditions written');
  return write.conditions;
};
