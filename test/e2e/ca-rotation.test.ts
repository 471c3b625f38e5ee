// SPDX-License-Identifier: Apache-2.0
// CAs that are exchanged while 500 requests are approved and signed, in a Secret and in a mounted folder: nobody waits,
// nobody fails, and every chain is that of the key that signed it.

import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../support/api-client.js';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { untilTrue } from '../support/eventually.js';
import { type RunningController, runProgram } from '../support/running-controller.js';
import type { CaOptions, CaPem } from '../support/signing.js';
import { CA_NAMESPACE, caSecrets, liveCa, secretOf, signersPolicy } from './ca-secrets.js';
import { certificateOf, conditionOf, startCluster } from './cluster.js';

const REQUESTS = 500;
const BATCH = 20;
const IN_FLIGHT = 60;
const ALL_ISSUED_WITHIN_MS = 90_000;
const SIGNERS = ['example.com/secret', 'example.com/files'] as const;

const cluster = await startCluster();
const secrets = await caSecrets(cluster);
const mounted = mkdtempSync(join(tmpdir(), 'kube-csr-approver-mounted-'));
afterAll(() => rmSync(mounted, { recursive: true }));

/** What signs at one time: the CA, those above it, and what clients trust. */
interface Generation {
  readonly ca: CaPem;
  readonly above: readonly CaPem[];
  readonly root: CaPem;
}

/** A CA; then another key below another root; then another intermediate below the same root. */
async function generations(): Promise<readonly Generation[]> {
  const named = (name: string, options: CaOptions = {}) =>
    liveCa({ name: [{ CN: [name] }], ...options });
  const first = await named('first');
  const root = await named('root', { key: 'ECDSA P-384' });
  const second = await named('second', { issuer: root, key: 'RSA 2048' });
  const third = await named('third', { issuer: root, key: 'Ed25519' });
  return [
    { ca: first, above: [], root: first },
    { ca: second, above: [root], root },
    { ca: third, above: [root], root },
  ];
}

let mounts = 0;
/** Puts the CA where both signers find it, as kubectl and as a kubelet do. */
async function install({ ca, above }: Generation): Promise<void> {
  const texts = secretOf(ca, ...above);
  const version = `..version-${(mounts += 1)}`;
  mkdirSync(join(mounted, version));
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(mounted, version, name), text);
    if (mounts === 1) symlinkSync(join('..data', name), join(mounted, name));
  }
  symlinkSync(version, join(mounted, '..data_tmp'));
  renameSync(join(mounted, '..data_tmp'), join(mounted, '..data'));
  await secrets.put('rotated', texts);
}

describe(`CAs that are exchanged while ${REQUESTS} requests are approved and signed`, () => {
  let all: readonly Generation[];
  let controller: RunningController;
  let asked = 0;
  let failed: readonly ApiObject[] = [];
  /** The PEM of each certificate with what follows it, by signer. */
  const chains = new Map<string, string[]>(SIGNERS.map((name) => [name, []]));

  beforeAll(async () => {
    all = await generations();
    const [first, second, third] = all as [Generation, Generation, Generation];
    await install(first);
    const files = { cert: join(mounted, 'tls.crt'), key: join(mounted, 'tls.key') };
    const policy = JSON.parse(
      signersPolicy({ [SIGNERS[0]]: { secret: 'rotated' }, [SIGNERS[1]]: { files } }),
    ) as object;
    const rules = Object.fromEntries(
      SIGNERS.map((signerName, index) => [
        `rule-${index}`,
        {
          match: { signerName, requester: 'anyone' },
          subject: { commonName: 'web' },
          sans: { dns: ['web.example'] },
          usages: ['server auth', 'digital signature'],
        },
      ]),
    );
    controller = cluster.run([
      '--policy-file',
      await cluster.file('policy.yaml', JSON.stringify({ ...policy, rules })),
      `--namespace=${CA_NAMESPACE}`,
    ]);
    await controller.line('policy loaded');
    await untilTrue('both CAs are loaded', () => controller.linesOf('CA loaded').length === 2);

    const pem = await makeCsr({ cn: 'web', dns: ['web.example'] });
    const loaded = (): number => controller.linesOf('CA loaded').length;
    const changes = [
      { from: REQUESTS * 0.3, after: 2, to: second },
      { from: REQUESTS * 0.6, after: 4, to: third },
    ];
    // Until every CA was seen: files are looked at once a second, and a fast machine signs 500 in two.
    while (asked < REQUESTS || loaded() < 6) {
      const [next] = changes;
      const isTime = next !== undefined && asked >= next.from && loaded() === next.after;
      const exchanged = isTime ? install(changes.shift()?.to ?? first) : undefined;
      // In batches: a server answers a hundred calls at once with 429. The change comes while others are signed.
      const batch = Array.from({ length: BATCH }, (_, offset) =>
        cluster.ask(`rotated-${asked + offset}`, {
          pem,
          as: { user: 'web' },
          signerName: SIGNERS[offset % 2] ?? '',
          usages: ['server auth', 'digital signature'],
        }),
      );
      await Promise.all([...batch, exchanged]);
      asked += BATCH;
      await untilTrue(
        'most of them are signed',
        () => controller.linesOf('certificate issued').length > asked - IN_FLIGHT,
        ALL_ISSUED_WITHIN_MS,
      );
    }
    await untilTrue(
      'every request is signed',
      async () => {
        const { items } = (await cluster.api.get(CSR_PATH)).body;
        return items.every((each) => certificateOf(each) !== '');
      },
      ALL_ISSUED_WITHIN_MS,
    );
    await untilTrue(
      'and told of',
      () => controller.linesOf('certificate issued').length >= asked,
      ALL_ISSUED_WITHIN_MS,
    );
    const { items } = (await cluster.api.get(CSR_PATH)).body;
    for (const item of items) {
      const { signerName = '' } = item.spec as { signerName?: string };
      chains.get(signerName)?.push(certificateOf(item));
    }
    failed = items.filter((each) => conditionOf(each, 'Failed') !== undefined);
  }, ALL_ISSUED_WITHIN_MS + 60_000);

  afterAll(() => controller.stop());

  const pemsOf = (chain: string): readonly string[] =>
    chain.match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];

  /** Which generation signed the first certificate of a chain, by its key. */
  const signerOf = (chain: string): Generation | undefined => {
    const leaf = new X509Certificate(pemsOf(chain)[0] ?? '');
    return all.find(({ ca }) => leaf.verify(ca.pair.publicKey));
  };

  it('leave nobody out: each request has its certificate, and no look found the CA missing', () => {
    expect(SIGNERS.map((name) => chains.get(name)?.length)).toEqual([asked / 2, asked / 2]);
    expect(controller.linesOf('certificate issued')).toHaveLength(asked);
    expect(failed).toEqual([]);
    for (const message of [
      'CA not usable',
      'certificate waits to be signed',
      'certificate request failed',
      'certificate signed and not published',
      'fault',
    ]) {
      expect([message, controller.linesOf(message)]).toEqual([message, []]);
    }
  });

  it('need no restart', () => {
    expect(controller.linesOf('started')).toHaveLength(1);
    expect(controller.linesOf('CA loaded')).toHaveLength(2 * all.length);
  });

  it.each(SIGNERS)('all sign, one after the other: %s', (signerName) => {
    const used = all.map(
      (each) => chains.get(signerName)?.filter((chain) => signerOf(chain) === each).length ?? 0,
    );

    expect(Math.min(...used)).toBeGreaterThan(0);
    expect(used.reduce((sum, each) => sum + each, 0)).toBe(asked / 2);
  });

  it('append to each certificate what stands above the key that signed it, and nothing else', () => {
    for (const chain of [...chains.values()].flat()) {
      const { ca, root } = signerOf(chain) as Generation;
      const [, ...appended] = pemsOf(chain);

      expect(appended).toEqual(ca === root ? [] : [ca.certificate.trim()]);
    }
  });

  it('are verified by openssl, each below its root alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-verify-'));
    for (const [index, generation] of all.entries()) {
      const path = (name: string): string => join(folder, `${index}-${name}.pem`);
      writeFileSync(path('root'), generation.root.certificate);
      const own = [...chains.values()].flat().filter((each) => signerOf(each) === generation);
      const verify = async (rootFile: string) => {
        const leaves = own.map((chain, number) => {
          writeFileSync(path(`leaf-${number}`), chain);
          return path(`leaf-${number}`);
        });
        // What follows the leaf in the first of them follows it in all: see above.
        const given = ['-untrusted', leaves[0] ?? '', '-purpose', 'sslserver'];
        return runProgram('openssl', ['verify', '-CAfile', rootFile, ...given, ...leaves]);
      };

      const verified = await verify(path('root'));
      expect(verified.stdout.match(/: OK$/gm)).toHaveLength(own.length);
      const foreign = all.find(({ root }) => root !== generation.root) as Generation;
      writeFileSync(path('foreign'), foreign.root.certificate);
      expect((await verify(path('foreign'))).stdout).not.toContain(': OK');
    }
    rmSync(folder, { recursive: true });
  }, 60_000);

  it('are named in the log by the key that signed', () => {
    const keyIds = controller.linesOf('CA loaded').map((line) => line['caKeyId']);
    const issued = controller.linesOf('certificate issued').map((line) => line['caKeyId']);

    expect(new Set(issued)).toEqual(new Set(keyIds));
    expect(new Set(keyIds).size).toBe(all.length);
  });
});
