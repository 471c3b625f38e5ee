// SPDX-License-Identifier: Apache-2.0
// Strict reading and verifying of requests, beside @peculiar/x509 on the same requests.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { readRequest } from '../../../src/request/read-request.js';
import { readCertificationRequest } from '../../../src/x509/certification-request.js';
import { DerReader } from '../../../src/x509/der-reader.js';
import { readPem } from '../../../src/x509/pem.js';
import { readRequestAgain } from '../../../src/x509/second-reader.js';
import { makeCsr } from '../../support/decide.js';
import * as forge from '../../support/forge.js';
import { sha256WithRsa } from '../../support/forge-rsa.js';
import { type Section, perSecondText, ratioText } from '../row.js';
import { ratioOfRounds } from '../statistics.js';
import { type Score, sideBySide } from './side-by-side.js';

/** Different ones, so that nothing can be remembered. */
const REQUESTS = 64;

/** design: what good looks like. */
const P256_GOAL = 4_000;

const rsaKey = (): forge.ForgedKey => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return forge.forgedKey(privateKey, publicKey, { algorithm: sha256WithRsa, hash: 'sha256' });
};

const KEYS = {
  'P-256': () => forge.curveKey('P-256'),
  'RSA-2048': rsaKey,
} as const;

export async function measureReading(rounds: number): Promise<Section> {
  const rows = [];
  for (const [name, makeKey] of Object.entries(KEYS)) {
    const keys = Array.from({ length: name === 'P-256' ? REQUESTS : 4 }, makeKey);
    const scores = await sideBySide(contestants(keys), rounds);
    rows.push(...rowsOf(name, scores));
  }
  return {
    title: 'Reading a request',
    how: `${REQUESTS} requests with organization, common name and one DNS name, in turn; PEM to facts, signature verified. @peculiar/x509 parses, is asked for subject, extensions and key, and verifies; its verifying may use a second core, since it runs in the thread pool, 16 at a time.`,
    rows,
  };
}

type Name = 'walk' | 'strict' | 'strict, again' | 'again' | 'peculiar' | 'import and verify';

function contestants(keys: readonly forge.ForgedKey[]): Record<Name, (turn: number) => unknown> {
  const inputs = Array.from({ length: REQUESTS }, (_, index) => {
    const key = keys[index % keys.length] ?? forge.usualKey;
    const text = forge.forge({ key, subject: subjectOf(index) });
    const pem = Buffer.from(text);
    const csr = makeCsr({ request: pem.toString('base64') });
    const read = must(readCertificationRequest(pem));
    return { text, pem, csr, read, signature: signatureOf(pem) };
  });
  const input = (turn: number) => {
    const found = inputs[turn % REQUESTS];
    if (found === undefined) throw new RangeError('no input');
    return found;
  };
  return {
    walk: (turn) => new DerReader(readPem(input(turn).pem, 'CERTIFICATE REQUEST')).readAll(),
    strict: (turn) => must(readCertificationRequest(input(turn).pem)),
    'strict, again': (turn) => must(readRequest(input(turn).csr)),
    again: (turn) => must(readRequestAgain(input(turn).pem)),
    peculiar: (turn) => readWithPeculiar(input(turn).text),
    'import and verify': (turn) => {
      const { read, signature } = input(turn);
      const key = createPublicKey({ key: Buffer.from(read.key.spki), format: 'der', type: 'spki' });
      if (!verify('sha256', read.toBeSigned, key, signature)) throw new Error('not verified');
    },
  };
}

const subjectOf = (index: number): Uint8Array =>
  forge.name(forge.organization('dev'), forge.commonName(`user-${index}`));

/** The content of the last element, without the octet that counts unused bits. */
function signatureOf(pem: Uint8Array): Uint8Array {
  const root = new DerReader(readPem(pem, 'CERTIFICATE REQUEST')).readAll();
  const element = root.children[2];
  if (element === undefined) throw new Error('a request without signature');
  return element.source.subarray(element.from + 1, element.to);
}

async function readWithPeculiar(pem: string): Promise<void> {
  const request = new Pkcs10CertificateRequest(pem);
  const names = request.extensions.find((each) => each instanceof SubjectAlternativeNameExtension);
  const touched = [request.subjectName.toJSON(), names, request.publicKey.rawData];
  if (touched.length === 0 || !(await request.verify())) throw new Error('not verified');
}

function must<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
  return result.value;
}

function rowsOf(key: string, scores: Readonly<Record<Name, Score>>) {
  const { walk, strict, again, peculiar } = scores;
  const both = scores['strict, again'];
  const raw = scores['import and verify'];
  const row = (what: string, ours: Score, beside: string, theirs: Score) => ({
    what: `${what}, ${key}`,
    figure: perSecondText(ours.perSecond),
    beside: `${beside}: ${perSecondText(theirs.perSecond)}`,
    ratio: ratioText(ratioOfRounds(ours.rounds, theirs.rounds)),
  });
  const goal = {
    text: `≥ ${perSecondText(P256_GOAL)}`,
    isMet: strict.perSecond >= P256_GOAL,
  };
  return [
    row('PEM and DER walk alone', walk, 'strict read and verify', strict),
    {
      ...row('strict read and verify', strict, '@peculiar/x509 parse and verify', peculiar),
      ...(key === 'P-256' ? { goal } : {}),
    },
    row('strict read and verify', strict, 'node:crypto, key import and verify alone', raw),
    row('with the second reader (readRequest)', both, '@peculiar/x509 parse and verify', peculiar),
    row('second reader alone', again, 'strict read and verify', strict),
  ];
}
