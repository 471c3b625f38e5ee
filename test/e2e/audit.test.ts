// SPDX-License-Identifier: Apache-2.0
// Reads the log of a run back as an auditor would: with nothing but its lines, the objects and openssl.

import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCsr } from '../support/control-plane-requests.js';
import {
  opensslField,
  opensslPublicKey,
  opensslRequest,
  type OpensslRequest,
} from '../support/openssl.js';
import type { LogLine, RunningController } from '../support/running-controller.js';
import { startCluster } from './cluster.js';
import { developer, developersPolicy, hashOf } from './policies.js';

const DECIDED = 'certificate request decided';
const ISSUED = 'certificate issued';
/** A requester whose name ends lines, colours terminals and turns text around; a client certificate may hold it. */
const HOSTILE_USER = 'eve\nlevel: info \u001b[31m\u202eadmin';
/** 64 KB of groups. */
const CROWD = 2_000;
const ESCAPED_USER = 'eve\\u{a}level: info \\u{1b}[31m\\u{202e}admin';

const cluster = await startCluster();
const policy = await developersPolicy(cluster);
const { folder } = cluster.plane.group;
const policyFile = await cluster.file('policy.yaml', policy);

let controller: RunningController;
let jane: OpensslRequest;
let token: string;

beforeAll(async () => {
  const accounts = '/api/v1/namespaces/kube-system/serviceaccounts';
  await cluster.create(accounts, { metadata: { name: 'controller' } });
  await cluster.bind('cluster-admin', {
    kind: 'User',
    name: 'system:serviceaccount:kube-system:controller',
  });
  const granted = await cluster.api.create(`${accounts}/controller/token`, { spec: {} });
  token = (granted.body.status as { readonly token?: string }).token ?? '';
  controller = cluster.run(
    ['--policy-file', policyFile, '--log-level', 'debug'],
    await cluster.kubeconfig('controller', { token }),
  );
  await controller.line('policy loaded');

  jane = await opensslRequest(folder, '/O=qa/CN=jane');
  await cluster.ask('approved', { pem: jane.pem, as: developer('jane'), expirationSeconds: 1800 });
  await cluster.ask('denied', {
    pem: await makeCsr({ cn: 'admin', o: ['ops'] }),
    as: developer('jane'),
  });
  await cluster.ask('unreadable', {
    pem: await makeCsr({ cn: 'jane\u202e' }),
    as: developer('jane'),
  });
  await cluster.ask('left', { as: { user: 'stranger', groups: ['a', 'b'] } });
  const hostile = await cluster.plane.requestClientCert(HOSTILE_USER, ['oidc:dev-team']);
  await cluster.ask('hostile', {
    pem: await makeCsr({ cn: 'eve' }),
    by: cluster.client(hostile),
  });
  const crowd = Array.from({ length: CROWD }, (_, index) => `group-${index}-${'g'.repeat(22)}`);
  await cluster.ask('crowd', { as: { user: 'eve', groups: crowd } });
  const dns = Array.from({ length: 10_000 }, (_, index) => `h${index}.example`);
  await cluster.ask('names', { pem: await makeCsr({ cn: 'jane', dns }), as: developer('jane') });
  await cluster.issued('approved');
  for (const csr of ['denied', 'unreadable', 'left', 'hostile', 'crowd', 'names'])
    await controller.line(DECIDED, { csr });
  await controller.stop();
});

const only = (lines: readonly LogLine[]): LogLine => {
  const [line, ...others] = lines;
  if (line === undefined || others.length > 0) throw new Error(`${lines.length} lines`);
  return line;
};

describe('the line of a decision', () => {
  it('is there once for each request, and so is that of each certificate', () => {
    const names = (message: string) =>
      controller.linesOf(message).map((line) => String(line['csr']));

    expect(names(DECIDED).toSorted()).toEqual([
      'approved',
      'crowd',
      'denied',
      'hostile',
      'left',
      'names',
      'unreadable',
    ]);
    expect(names(ISSUED)).toEqual(['approved']);
  });

  it('says who asked whom for what, and why it was approved', async () => {
    const { uid } = (await cluster.csr('approved')).metadata;

    const line = only(controller.linesOf(DECIDED, { csr: 'approved' }));

    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
      component: 'kube-csr-approver',
      message: DECIDED,
      csr: 'approved',
      uid,
      signerName: 'kubernetes.io/kube-apiserver-client',
      requester: 'jane',
      groups: expect.arrayContaining(['oidc:dev-team', 'system:authenticated']) as unknown,
      decision: 'approve',
      rule: 'developers',
      reason: 'PolicyApproved',
      violations: [],
      shadow: [],
      commonName: 'jane',
      organizations: ['qa'],
      sans: [],
      spkiSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      usages: ['client auth', 'digital signature'],
      expirationSeconds: 1800,
      policyHash: hashOf(policy),
      durationMs: expect.any(Number) as unknown,
    });
  });

  it('says everything that was wrong, and the requester reads the same', async () => {
    const line = only(controller.linesOf(DECIDED, { csr: 'denied' }));

    expect(line).toMatchObject({
      decision: 'deny',
      rule: 'developers',
      reason: 'CommonNameNotAllowed',
      violations: [
        { code: 'CommonNameNotAllowed' },
        {
          code: 'OrganizationNotAllowed',
          message: 'organization "ops" is not allowed (allowed: qa)',
        },
      ],
    });
    const violations = line['violations'] as readonly { message: string }[];
    const [condition] = (await cluster.csr('denied')).status.conditions ?? [];
    for (const { message } of violations) expect(condition?.message).toContain(message);
  });

  it('says that no rule spoke of it', () => {
    const line = only(controller.linesOf(DECIDED, { csr: 'left' }));

    expect(line).toMatchObject({
      decision: 'leave',
      reason: 'NoRuleMatches',
      requester: 'stranger',
    });
    expect(line).not.toHaveProperty('rule');
  });

  it('names the policy by a hash that another line resolves', () => {
    const loaded = only(controller.linesOf('policy loaded'));

    const text = String(loaded['text']);
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(text).toBe(policy);
    expect(loaded['source']).toBe(policyFile);
    for (const line of [...controller.linesOf(DECIDED), ...controller.linesOf(ISSUED)]) {
      expect(sha256.startsWith(String(line['policyHash']))).toBe(true);
    }
  });
});

describe('the line of a certificate', () => {
  it('describes the certificate that the requester holds, as openssl sees it', async () => {
    const certificate = await cluster.issued('approved');

    const line = only(controller.linesOf(ISSUED));

    const serial = (await opensslField('-serial', certificate)).replace('serial=', '');
    const notAfter = (await opensslField('-enddate', certificate)).replace('notAfter=', '');
    const publicKey = createPublicKey(await opensslPublicKey(certificate));
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    const authorityKeyId = await opensslField('-text', certificate);
    expect(line).toMatchObject({
      csr: 'approved',
      uid: (await cluster.csr('approved')).metadata.uid,
      signerName: 'kubernetes.io/kube-apiserver-client',
      requester: 'jane',
      issuance: 'published',
      serial: serial.toLowerCase().replace(/^0+/, ''),
      subject: 'O=qa, CN=jane',
      commonName: 'jane',
      organizations: ['qa'],
      sans: [],
      certificateSha256: createHash('sha256')
        .update(new X509Certificate(certificate).raw)
        .digest('hex'),
      approvedReason: 'PolicyApproved',
      claimedRule: 'developers',
      claimedPolicyHash: hashOf(policy),
      notAfter: new Date(notAfter).toISOString(),
      spkiSha256: createHash('sha256').update(spki).digest('hex'),
      policyHash: hashOf(policy),
    });
    const caKeyId = String(line['caKeyId']).replaceAll(':', '').toUpperCase();
    expect(authorityKeyId.replaceAll(':', '')).toContain(caKeyId);
    expect(caKeyId).toHaveLength(40);
  });

  it('is for the key of the decision', () => {
    const decided = only(controller.linesOf(DECIDED, { csr: 'approved' }));

    expect(only(controller.linesOf(ISSUED))['spkiSha256']).toBe(decided['spkiSha256']);
  });
});

describe('who cannot read the log', () => {
  it('reads with kubectl describe why a request was denied, and finds nothing about one that was issued', async () => {
    const eventsOf = async (csr: string): Promise<string> => {
      const { stdout } = await cluster.kubectl(['describe', 'csr', csr]);
      return stdout.slice(stdout.indexOf('Events:'));
    };

    expect(await eventsOf('denied')).toMatch(
      /Warning +CommonNameNotAllowed .+ kube-csr-approver +.*organization "ops" is not allowed/,
    );
    expect(await eventsOf('approved')).toMatch(/^Events: +<none>/);
  });
});

describe('the whole log, at level debug', () => {
  it('holds no request, no key, no token and no certificate', async () => {
    const text = controller.text() + controller.stderr();
    const bodyOf = (pem: string): string => pem.replaceAll(/-----[^-]+-----|\s/g, '');
    const certificate = await cluster.issued('approved');
    const secrets = [
      jane.pem,
      jane.keyPem,
      cluster.plane.clientCa.keyPem,
      cluster.plane.adminKeyPem,
      certificate,
    ].map(bodyOf);

    for (const secret of secrets) expect(text).not.toContain(secret.slice(20, 60));
    const asInObject = Buffer.from(jane.pem).toString('base64');
    expect(text).not.toContain(asInObject.slice(0, 60));
    expect(text).not.toContain('BEGIN');
    expect(text).not.toContain(token.split('.').at(-1));
  });

  it('shows what requesters chose escaped, so that it ends no line and colours no terminal', () => {
    const line = only(controller.linesOf(DECIDED, { csr: 'hostile' }));

    expect(line['requester']).toBe(ESCAPED_USER);
    expect(line).toMatchObject({ reason: 'CommonNameNotAllowed' });
    // Neither in the log as it is written nor in its values once they are parsed.
    const unprintable = /[\p{Cc}\p{Cf}]/u;
    expect(controller.text().replaceAll('\n', '')).not.toMatch(unprintable);
    for (const { text: _, ...fields } of controller.lines()) {
      expect(valuesOf(fields).filter((value) => unprintable.test(value))).toEqual([]);
    }
  });

  it('has one short line for a requester with 64 KB of groups', () => {
    const line = only(controller.linesOf(DECIDED, { csr: 'crowd' }));

    expect(line['groups']).toHaveLength(32);
    // The API server adds system:authenticated.
    expect(line['groupsLeftOut']).toBe(CROWD + 1 - 32);
    expect(JSON.stringify(line).length).toBeLessThan(3_000);
  });

  it('has one short line for a request with 10,000 names', () => {
    const line = only(controller.linesOf(DECIDED, { csr: 'names' }));

    expect(line).toMatchObject({ decision: 'deny', reason: 'RequestTooLarge' });
    expect(JSON.stringify(line).length).toBeLessThan(3_000);
  });

  it('shows nothing of a name that cannot be read but its place', async () => {
    const line = only(controller.linesOf(DECIDED, { csr: 'unreadable' }));

    expect(line).toMatchObject({ decision: 'deny', reason: 'SubjectCharacter' });
    const [condition] = (await cluster.csr('unreadable')).status.conditions ?? [];
    expect(condition?.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

const valuesOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return value instanceof Object ? Object.values(value).flatMap(valuesOf) : [];
};

afterAll(() => controller.stop());
