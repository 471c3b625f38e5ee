// SPDX-License-Identifier: Apache-2.0
// CAs with name constraints: whatever is issued below them is verified by openssl and by Go, what waits would have been
// refused by one of them, and what waits is signed as soon as the CA is exchanged.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { SubjectAlternativeNameExtension } from '@peculiar/x509';
import { issueCertificate } from '../../src/signer/issue.js';
import { newSerialNumber } from '../../src/signer/serial-numbers.js';
import { loadAuthority, type SigningAuthority } from '../../src/signer/signing-authority.js';
import { makeCsr as makeRequest } from '../support/control-plane-requests.js';
import { makeCsr } from '../support/decide.js';
import { untilTrue } from '../support/eventually.js';
import { askGo, describeWithGo } from '../support/go-verifier.js';
import {
  constrained,
  CONSTRAINT_CASES,
  type Constraints,
  type Names,
  type RefusedBy,
} from '../support/name-constraints.js';
import { type RunningController, runProgram } from '../support/running-controller.js';
import { type CaOptions, type CaPem, makeEntry, makeSignableFacts } from '../support/signing.js';
import {
  askApproved,
  CA_NAMESPACE,
  caSecrets,
  liveCa,
  secretOf,
  signersPolicy,
} from './ca-secrets.js';
import { conditionOf, startCluster } from './cluster.js';

const TIMEOUT_MS = 120_000;

const cluster = await startCluster();
const secrets = await caSecrets(cluster);
const describeGo = await describeWithGo();

const alternative = (type: 'dns', value: string): CaOptions => ({
  more: [new SubjectAlternativeNameExtension([{ type, value }])],
});

/** A CA, and what is trusted above it. */
interface Authority {
  readonly signing: SigningAuthority;
  readonly root: CaPem;
}

async function authorityOf(low: CaPem, root: CaPem = low): Promise<Authority> {
  const certificates = low === root ? low.certificate : low.certificate + root.certificate;
  const signing = await loadAuthority({ certificates, key: low.key, roots: undefined });
  if (!signing.ok) throw new Error(signing.error.message);
  return { signing: signing.value, root };
}

const constrainedCa = (constraints: Constraints, options: CaOptions = {}): Promise<CaPem> =>
  liveCa({ more: [constrained(constraints)], ...options });

const issue = (authority: SigningAuthority, { commonName = 'jane', sans = [] }: Names) =>
  issueCertificate({
    authority,
    csr: makeCsr({ expirationSeconds: 3600 }),
    facts: makeSignableFacts({ organizations: ['dev'], commonName, sans }),
    entry: makeEntry(),
    nowMs: Date.now(),
    serial: newSerialNumber(),
  });

/** The certificate that comes from a signer that does not know the constraints of its own CA. */
async function issuedRegardless({ signing }: Authority, names: Names): Promise<string> {
  const certificate = { ...signing.certificate, nameConstraints: [] };
  const issued = await issue({ ...signing, certificate }, names);
  if (!issued.ok) throw new Error(issued.error.message);
  return issued.value.pem;
}

let files = 0;

async function filesOf(texts: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    texts.map((text) => cluster.file(`name-constraints-${(files += 1)}.crt`, text)),
  );
}

/** Which of the chains openssl verifies, each by its first certificate; what follows is the same in all. */
async function openssl(chains: readonly string[], root: CaPem): Promise<readonly boolean[]> {
  const [rootFile = '', between = '', ...leaves] = await filesOf([
    root.certificate,
    chains[0] ?? '',
    ...chains,
  ]);
  const args = ['-CAfile', rootFile, '-untrusted', between, '-purpose', 'sslclient', ...leaves];
  const { stdout } = await runProgram('openssl', ['verify', ...args]);
  const verified = new Set(stdout.split('\n'));
  return leaves.map((leaf) => verified.has(`${leaf}: OK`));
}

const go = async (chains: readonly string[], root: CaPem): Promise<readonly boolean[]> => {
  const roots = root.certificate;
  const answers = await askGo(chains.map((chain) => ({ chain, roots, purpose: 'client auth' })));
  return answers.map(({ Error }) => Error === '');
};

/** One leaf: what this signer says of it, and who refuses it. */
interface Verdicts {
  readonly ours: 'issued' | 'waits';
  readonly refusedBy: RefusedBy;
}

const REFUSED_BY: readonly RefusedBy[] = ['none', 'openssl', 'go', 'both'];

async function verdictsOf(
  authority: Authority,
  all: readonly Names[],
): Promise<readonly Verdicts[]> {
  const { root, signing } = authority;
  const chains = await Promise.all(all.map((names) => issuedRegardless(authority, names)));
  const byOpenssl = await openssl(chains, root);
  const byGo = await go(chains, root);
  return Promise.all(
    all.map(async (names, index) => {
      const number = (byOpenssl[index] === true ? 0 : 1) + (byGo[index] === true ? 0 : 2);
      const ours = (await issue(signing, names)).ok ? 'issued' : 'waits';
      return { ours, refusedBy: REFUSED_BY[number] ?? 'none' } as const;
    }),
  );
}

const ISSUED: Verdicts = { ours: 'issued', refusedBy: 'none' };

describeGo('beside openssl and Go', () => {
  it.each(Object.entries(CONSTRAINT_CASES))(
    'where %s, what they verify is issued, and what one of them refuses waits',
    async (_words, { constraints, inside, outside }) => {
      const authority = await authorityOf(await constrainedCa(constraints));
      const wanted = {
        ...Object.fromEntries(Object.keys(inside).map((words) => [words, ISSUED])),
        ...Object.fromEntries(
          Object.entries(outside).map(
            ([words, [, refusedBy]]) => [words, { ours: 'waits', refusedBy }] as const,
          ),
        ),
      };

      const names = [
        ...Object.values(inside),
        ...Object.values(outside).map(([outsider]) => outsider),
      ];
      const verdicts = await verdictsOf(authority, names);

      const seen = [...Object.keys(inside), ...Object.keys(outside)].map(
        (words, index) => [words, verdicts[index]] as const,
      );
      expect(Object.fromEntries(seen)).toEqual(wanted);
    },
    TIMEOUT_MS,
  );

  it(
    'of every name of this table below every CA of it, what is issued both verify',
    async () => {
      const rows = Object.values(CONSTRAINT_CASES);
      const names = rows.flatMap(({ inside, outside }) => [
        ...Object.values(inside),
        ...Object.values(outside).map(([outsider]) => outsider),
      ]);
      const seen: Verdicts[] = [];
      for (const { constraints } of rows) {
        const authority = await authorityOf(await constrainedCa(constraints));
        seen.push(...(await verdictsOf(authority, names)));
      }

      const issued = seen.filter(({ ours }) => ours === 'issued');
      expect(issued.filter(({ refusedBy }) => refusedBy !== 'none')).toEqual([]);
      expect(issued.length).toBeGreaterThan(500);
    },
    TIMEOUT_MS,
  );

  it('what the CA above the signing one does not allow waits', async () => {
    const root = await constrainedCa({ permitted: ['dns:example.com'] }, { name: [{ CN: ['r'] }] });
    const authority = await authorityOf(
      await constrainedCa({ excluded: ['dns:api.example.com'] }, { issuer: root }),
      root,
    );

    const verdicts = await verdictsOf(
      authority,
      ['web.example.com', 'web.example.org', 'api.example.com'].map((value) => ({
        sans: [{ kind: 'dns', value }],
      })),
    );

    const waits = { ours: 'waits', refusedBy: 'both' };
    expect(verdicts).toEqual([ISSUED, waits, waits]);
  });

  it.each<readonly [string, Constraints, CaOptions, CaOptions, RefusedBy]>([
    [
      'a DNS name',
      { permitted: ['dns:a.example'] },
      alternative('dns', 'ca.a.example'),
      alternative('dns', 'ca.b.example'),
      'both',
    ],
    [
      'an e-mail address in its subject',
      { permitted: ['email:a.example'] },
      { name: [{ CN: ['low'] }, { E: ['ca@a.example'] }] },
      { name: [{ CN: ['low'] }, { E: ['ca@b.example'] }] },
      'openssl',
    ],
  ])(
    'nothing is verified below a CA with %s that the CA above it does not allow, and it is refused',
    async (_words, constraints, inside, outside, refusedBy) => {
      const root = await constrainedCa(constraints, { name: [{ CN: ['root'] }] });
      const kept = await liveCa({ issuer: root, ...inside });
      const broken = await liveCa({ issuer: root, ...outside });
      // Alone it is not seen to stand below the root.
      const alone = { ...(await authorityOf(broken)), root };

      expect(await verdictsOf(await authorityOf(kept, root), [{}])).toEqual([ISSUED]);
      expect(await verdictsOf(alone, [{}])).toEqual([{ ours: 'issued', refusedBy }]);
      await expect(authorityOf(broken, root)).rejects.toThrow('a CA in the chain is out of bounds');
    },
  );

  it('nothing below a CA with a directory name among its constraints is verified by Go', async () => {
    const ca = await constrainedCa({ permitted: ['dir:jane'] });
    const plain = await authorityOf(await liveCa({ pair: ca.pair }));
    const chain = await issuedRegardless(plain, {});

    const [answer] = await askGo([{ chain, roots: ca.certificate, purpose: 'client auth' }]);

    expect(answer?.Error).toBe('x509: unhandled critical extension');
    await expect(authorityOf(ca)).rejects.toThrow('kind directoryName cannot be obeyed');
  });
});

describe('the signer', () => {
  const SIGNER = 'example.com/web';
  let controller: RunningController;
  let root: CaPem;

  const lowOf = (constraints: Constraints): Promise<CaPem> =>
    constrainedCa(constraints, { issuer: root });
  const ask = async (name: string, dns: string): Promise<void> =>
    askApproved(cluster, name, {
      signerName: SIGNER,
      pem: await makeRequest({ cn: 'web', dns: [dns] }),
    });

  beforeAll(async () => {
    root = await liveCa({ name: [{ CN: ['root'] }] });
    await secrets.put('web', secretOf(await lowOf({ permitted: ['dns:example.com'] }), root));
    const policyFile = await cluster.file(
      'policy.yaml',
      signersPolicy({ [SIGNER]: { secret: 'web' } }),
    );
    const flags = ['--policy-file', policyFile, '--controllers', 'signer'];
    controller = cluster.run([...flags, '--namespace', CA_NAMESPACE]);
    await controller.line('CA loaded', { ca: 'secret web' });
  }, TIMEOUT_MS);

  it('signs what the CA allows, as openssl verifies', async () => {
    await ask('inside', 'web.example.com');

    const chain = await cluster.issued('inside');

    expect(await openssl([chain], root)).toEqual([true]);
    expect(new X509Certificate(chain).subjectAltName).toBe('DNS:web.example.com');
  });

  it('lets wait what it does not allow, says why, and signs it below the CA that follows', async () => {
    await ask('outside', 'web.example.org');

    const code = 'OutsideNameConstraints';
    const waits = await controller.line('certificate waits to be signed', { csr: 'outside' });
    expect(waits).toMatchObject({
      reason: code,
      detail:
        'the DNS name "web.example.org" is outside of the name constraints of the CA "CN=test-ca": permitted is "example.com"',
    });
    await untilTrue('an Event tells it', async () => {
      const events = await cluster.kubectl(['get', 'events', '-A', '-o', 'json']);
      return events.stdout.includes(code);
    });
    expect(conditionOf(await cluster.csr('outside'), 'Failed')).toBe(undefined);

    await secrets.put('web', secretOf(await lowOf({ permitted: ['dns:example.org'] }), root));
    const chain = await cluster.issued('outside', 60_000);

    expect(await openssl([chain], root)).toEqual([true]);
    expect(conditionOf(await cluster.csr('outside'), 'Failed')).toBe(undefined);
  });
});
