// SPDX-License-Identifier: Apache-2.0
// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { Extension, type JsonGeneralName, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { describe, expect, it } from '@jest/globals';
import type { CsrCondition, CsrObject } from '../../../src/request/csr-object.js';
import {
  issuedList,
  type IssuedList,
  type IssuedQuestion,
} from '../../../src/review/issued-list.js';
import { issuedListText } from '../../../src/review/issued-list-text.js';
import { makeCsr, NOW_MS } from '../../support/decide.js';
import { type CaOptions, makeCa } from '../../support/signing.js';

const HOUR_MS = 3_600_000;
const SERVING = 'kubernetes.io/kubelet-serving';
const DER = /-----[A-Z ]+-----|\s/g;

const approval = (reason: string, message: string): CsrCondition => ({
  type: 'Approved',
  status: 'True',
  reason,
  message,
  lastUpdateTime: undefined,
  raw: {},
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const namesOf = (...names: JsonGeneralName[]): Pick<CaOptions, 'more'> => ({
  more: [new SubjectAlternativeNameExtension(names)],
});

/** A request that holds a certificate which ends some hours from now. */
async function issued(
  name: string,
  endsInHours: number,
  change: { csr?: Parameters<typeof makeCsr>[0]; certificate?: CaOptions } = {},
): Promise<CsrObject> {
  const { certificate } = await makeCa({
    isCa: false,
    name: [{ O: ['dev'] }, { CN: ['jane'] }],
    notBeforeMs: NOW_MS - 100 * HOUR_MS,
    notAfterMs: NOW_MS + endsInHours * HOUR_MS,
    ...change.certificate,
  });
  return makeCsr({
    name,
    conditions: [approval('PolicyApproved', 'rule developers, policy 0a1b2c3d')],
    certificate: base64(certificate),
    ...change.csr,
  });
}

async function list(
  requests: readonly CsrObject[],
  question: Partial<IssuedQuestion> = {},
): Promise<IssuedList> {
  const answer = await issuedList(requests, {
    nowMs: NOW_MS,
    withinSeconds: undefined,
    signers: [],
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...question,
  });
  if (answer === undefined) throw new RangeError('aborted');
  return answer;
}

const names = async (...given: Parameters<typeof list>): Promise<readonly string[]> =>
  (await list(...given)).items.map(({ csr }) => csr);

const pending = makeCsr({ name: 'pending' });
const week = await issued('week', 7 * 24);
const night = await issued('night', 8);
const ended = await issued('ended', -1);
const serving = await issued('serving', 24, {
  csr: { signerName: SERVING, requester: { ...pending.requester, username: 'system:node:w1' } },
  certificate: {
    name: [],
    ...namesOf(
      { type: 'dns', value: 'w1' },
      { type: 'ip', value: '10.1.0.2' },
      { type: 'ip', value: '2001:db8:0:0:0:0:0:1' },
      { type: 'url', value: 'spiffe://a.example/w1' },
    ),
  },
});
const garbage = makeCsr({ name: 'garbage', certificate: base64('no certificate at all') });
const all = [week, pending, serving, night, garbage, ended];

describe('the list of issued certificates', () => {
  it('tells of each whose it is, who asked, who approved, and how to find it again', async () => {
    const { items } = await list([night]);

    const pem = Buffer.from(night.certificate ?? '', 'base64').toString();
    const der = Buffer.from(pem.replace(DER, ''), 'base64');
    expect(items).toEqual([
      {
        csr: 'night',
        uid: night.uid,
        signerName: 'kubernetes.io/kube-apiserver-client',
        requester: 'jane',
        approvedReason: 'PolicyApproved',
        claimedRule: 'developers',
        claimedPolicyHash: '0a1b2c3d',
        serial: '1',
        notBefore: new Date(NOW_MS - 100 * HOUR_MS).toISOString(),
        notAfter: new Date(NOW_MS + 8 * HOUR_MS).toISOString(),
        certificateSha256: createHash('sha256').update(der).digest('hex'),
        subject: 'O=dev, CN=jane',
        commonName: 'jane',
        organizations: ['dev'],
        sans: [],
        expired: false,
      },
    ]);
  });

  it('has the soonest to end first, and those that end together by name', async () => {
    const twin = { ...night, name: 'a-night' };

    expect(await names([week, night, ended, twin])).toEqual(['ended', 'a-night', 'night', 'week']);
  });

  it('names a certificate that has names and no subject', async () => {
    const [item] = (await list([serving])).items;

    expect(item).toMatchObject({
      subject: '',
      commonName: null,
      sans: ['dns:w1', 'ip:10.1.0.2', 'ip:2001:db8::1', 'uri:spiffe://a.example/w1'],
    });
  });

  const questions: Readonly<
    Record<string, { question: Partial<IssuedQuestion>; are: readonly string[] }>
  > = {
    'nothing is asked': { question: {}, are: ['ended', 'night', 'serving', 'week'] },
    'they end within the bound, or ended': {
      question: { withinSeconds: 24 * 3600 },
      are: ['ended', 'night', 'serving'],
    },
    'the bound is a second too short for one': {
      question: { withinSeconds: 24 * 3600 - 1 },
      are: ['ended', 'night'],
    },
    'they have ended': { question: { withinSeconds: 0 }, are: ['ended'] },
    'they are of a signer': { question: { signers: [SERVING] }, are: ['serving'] },
    'they are of one of several signers': {
      question: { signers: [SERVING, night.signerName], withinSeconds: 24 * 3600 },
      are: ['ended', 'night', 'serving'],
    },
    'they are of nobody': { question: { signers: ['example.org/none'] }, are: [] },
  };

  it.each(Object.entries(questions))('holds them when %s', async (_, { question, are }) => {
    expect(await names(all, question)).toEqual(are);
  });

  it('counts what ends later, too', async () => {
    expect(await list(all, { withinSeconds: 0 })).toMatchObject({
      at: new Date(NOW_MS).toISOString(),
      endsBy: new Date(NOW_MS).toISOString(),
      total: 4,
    });
  });

  it('is no list when it was aborted, and others get their turn meanwhile', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const question = {
      nowMs: NOW_MS,
      withinSeconds: undefined,
      signers: [],
      onProgress: (done: number) => {
        seen.push(done);
        if (done === 2) stop.abort();
      },
      signal: stop.signal,
    };

    expect(await issuedList(all, question)).toBeUndefined();
    expect(seen).toEqual([1, 2]);
  });

  it('takes a certificate for expired after its last second, not in it', async () => {
    const last = await issued('last', 0);

    expect((await list([last])).items).toMatchObject([{ expired: false }]);
    expect((await list([last], { nowMs: NOW_MS + 1 })).items).toMatchObject([{ expired: true }]);
  });

  it('says what another one gave as reason, and claims no rule of it', async () => {
    const conditions = [approval('KubectlApprove', 'rule developers, policy 0a1b2c3d')];
    const byHand = await issued('by-hand', 1, { csr: { conditions } });

    expect((await list([byHand])).items).toMatchObject([
      { approvedReason: 'KubectlApprove', claimedRule: null, claimedPolicyHash: null },
    ]);
  });
});

describe('a certificate that cannot be read', () => {
  const texts: Readonly<Record<string, string>> = {
    'of no PEM': base64('no certificate at all'),
    'of no base64': '%%%',
    'of another PEM': base64('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'),
    'cut short': (night.certificate ?? '').slice(0, 200),
  };

  it.each(Object.entries(texts))('is told with its request: %s', async (_, certificate) => {
    const { items, total, unreadable } = await list([{ ...night, certificate }, week]);

    expect([items.map(({ csr }) => csr), total]).toEqual([['week'], 1]);
    expect(unreadable).toMatchObject([{ csr: 'night', requester: 'jane' }]);
  });

  it('is told whatever is asked, since it may end any time, but not for another signer', async () => {
    expect((await list(all, { withinSeconds: 0 })).unreadable).toHaveLength(1);
    expect((await list(all, { signers: [SERVING] })).unreadable).toEqual([]);
  });

  it('still has its dates when only its names cannot be read', async () => {
    const more = [new Extension('2.5.29.17', false, Uint8Array.of(0xff))];
    const answer = await list([await issued('odd', 1, { certificate: { more } })]);

    expect(answer.unreadable).toEqual([]);
    expect(answer.items).toMatchObject([
      { csr: 'odd', serial: '1', subject: null, commonName: null, organizations: null, sans: null },
    ]);
    expect(issuedListText(answer)).toContain('  1h    (not readable)  odd\n');
  });
});

describe('the list as text', () => {
  it('is a table with a line for who asked, and one for names', async () => {
    expect(issuedListText(await list(all))).toBe(`4 certificates, the soonest to end first

ENDS                  LEFT     SUBJECT         CSR
2026-11-22T11:00:00Z  expired  O=dev, CN=jane  ended
  jane asked kubernetes.io/kube-apiserver-client, rule developers
2026-11-22T20:00:00Z  8h       O=dev, CN=jane  night
  jane asked kubernetes.io/kube-apiserver-client, rule developers
2026-11-23T12:00:00Z  1d       (none)          serving
  system:node:w1 asked kubernetes.io/kubelet-serving, rule developers
  for dns:w1, ip:10.1.0.2, ip:2001:db8::1, uri:spiffe://a.example/w1
2026-11-29T12:00:00Z  7d       O=dev, CN=jane  week
  jane asked kubernetes.io/kube-apiserver-client, rule developers

certificates that cannot be read, in:
  garbage: jane asked kubernetes.io/kube-apiserver-client
`);
  });

  it('says how many of all are listed', async () => {
    const text = issuedListText(await list(all, { withinSeconds: 0 }));

    expect(text.split('\n')[0]).toBe('1 of 4 certificates ending by 2026-11-22T12:00:00Z');
  });

  it('is one line when there is nothing', async () => {
    expect(issuedListText(await list([pending]))).toBe('0 certificates\n');
  });

  it('shows nothing that a terminal would obey, and no line that runs on for ever', async () => {
    const evil = '\u001b[2J\u202e\nENDS';
    const hostile = await issued('evil', 1, {
      csr: {
        name: `n${evil}`,
        requester: { ...pending.requester, username: evil.repeat(40) },
        conditions: [approval(evil, evil)],
      },
      certificate: {
        name: [{ O: [evil] }, { CN: ['x'.repeat(300)] }],
        ...namesOf(
          ...Array.from({ length: 90 }, (_, at) => ({
            type: 'dns' as const,
            value: `${at}.${evil}`,
          })),
        ),
      },
    });

    const text = issuedListText(await list([hostile, { ...hostile, certificate: '%%' }]));

    expect(text).not.toMatch(/[^\n\x20-\x7e…]/);
    expect(text.match(/^ENDS/gm)).toHaveLength(1);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(160);
  });
});
