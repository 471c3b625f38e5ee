// SPDX-License-Identifier: Apache-2.0
// Puts the same approved requests to kube-controller-manager's csrsigning and to our bundle as signer, each in a cluster
// of its own and with the same CA, and tells what became of them.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiObject } from '../../support/api-client.js';
import { startControllerManager } from '../../support/control-plane.js';
import { CSR_PATH, csrObject } from '../../support/control-plane-requests.js';
import { eventually } from '../../support/eventually.js';
import { forge } from '../../support/forge.js';
import type { RunningController } from '../../support/running-controller.js';
import type { CaPem } from '../../support/signing.js';
import { certificateOf, type Cluster, conditionOf } from '../cluster.js';
import { renameSigner } from './old-objects.js';
import { type SignerKind, SIGNERS, type Wanted } from './wanted.js';

/** A few hundred requests; a slow machine may take a while. */
const ALL_SEEN_WITHIN_MS = 90_000;
const POLL_MS = 200;

/** What became of one request. */
export type Became =
  | { readonly kind: 'signed'; readonly pem: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string }
  /** Nothing is written; it is tried again, for the reason `why` (our code, or the words of kube-controller-manager). */
  | { readonly kind: 'waits'; readonly why: string };

/** With what is signed. */
export interface Signing {
  readonly cas: Readonly<Record<SignerKind, Pick<CaPem, 'certificate' | 'key'>>>;
  /** The lifetime of what asks for none, and the longest one. */
  readonly ttlSeconds: number;
}

/** One signer in its cluster. */
export interface Side {
  readonly cluster: Cluster;
  /** Creates and approves a request under this name. */
  ask(name: string, wanted: Wanted): Promise<void>;
  start(signing: Signing): Promise<void>;
  stop(): Promise<void>;
  /** What became of these, in this order, once something has of each. */
  became(names: readonly string[]): Promise<readonly Became[]>;
}

/** The same CA for every signer. */
export const everywhere = (ca: Pick<CaPem, 'certificate' | 'key'>): Signing['cas'] => ({
  client: ca,
  kubelet: ca,
  serving: ca,
  any: ca,
});

/** The flags that give kube-controller-manager a CA for one of its signers. */
const FLAGS: Readonly<Record<SignerKind, string>> = {
  client: '--cluster-signing-kube-apiserver-client',
  kubelet: '--cluster-signing-kubelet-client',
  serving: '--cluster-signing-kubelet-serving',
  any: '--cluster-signing-legacy-unknown',
};

const KINDS = ['client', 'kubelet', 'serving', 'any'] as const;

/** kube-controller-manager with nothing but csrsigning. */
export function controllerManagerIn(cluster: Cluster): Side {
  const log = join(cluster.plane.group.folder, 'kube-controller-manager.log');
  let stop = async (): Promise<void> => {};
  return {
    cluster,
    ask: async (name, wanted) => {
      const { theirs } = SIGNERS[wanted.signer];
      if (wanted.signer !== 'any') return ask(cluster, name, { ...wanted, signerName: theirs });
      // The API takes no new request for this signer, so an old one is made of another.
      const signerName = theirs.replace('legacy', 'newest');
      await ask(cluster, name, { ...wanted, signerName });
      await renameSigner(cluster.plane, { name, from: signerName, to: theirs });
    },
    start: async ({ cas, ttlSeconds }) => {
      const files = await filesOf(cluster, cas);
      const program = await startControllerManager(cluster.plane, [
        '--controllers=csrsigning',
        '--kube-api-qps=1000',
        '--kube-api-burst=1000',
        `--cluster-signing-duration=${ttlSeconds}s`,
        '--cluster-signing-cert-file=',
        '--cluster-signing-key-file=',
        ...KINDS.flatMap((kind) => [
          `${FLAGS[kind]}-cert-file=${files[kind].cert}`,
          `${FLAGS[kind]}-key-file=${files[kind].key}`,
        ]),
      ]);
      stop = () => program.kill();
    },
    stop: () => stop(),
    became: (names) =>
      settled(cluster, names, async (name) => {
        const line = new RegExp(`Sync ${name} failed with : error auto signing csr: (.*?)"`);
        return line.exec(await readFile(log, 'utf8'))?.[1];
      }),
  };
}

/** Our bundle with nothing but the signer. */
export function ourselvesIn(cluster: Cluster): Side {
  let controller: RunningController | undefined;
  return {
    cluster,
    ask: (name, wanted) =>
      ask(cluster, name, { ...wanted, signerName: SIGNERS[wanted.signer].ours }),
    start: async ({ cas, ttlSeconds }) => {
      const files = await filesOf(cluster, cas);
      const policy = policyOf(files, ttlSeconds);
      const policyFile = await cluster.file('policy.yaml', policy);
      controller = cluster.run(['--policy-file', policyFile, '--controllers', 'signer']);
      await controller.line('policy loaded');
    },
    stop: async () => {
      await controller?.stop();
    },
    became: (names) =>
      settled(cluster, names, (csr) => {
        const line = controller?.linesOf('certificate waits to be signed', { csr }).at(-1);
        return line?.['reason'] as string | undefined;
      }),
  };
}

type FilesOf = Readonly<Record<SignerKind, { readonly cert: string; readonly key: string }>>;

async function filesOf(cluster: Cluster, cas: Signing['cas']): Promise<FilesOf> {
  const written = KINDS.map(async (kind) => {
    const cert = await cluster.file(`${kind}-ca.crt`, cas[kind].certificate);
    const key = await cluster.file(`${kind}-ca.key`, cas[kind].key);
    return [kind, { cert, key }] as const;
  });
  return Object.fromEntries(await Promise.all(written)) as FilesOf;
}

/** The contracts are the ceilings of the built-in signers; the custom one gives whatever can be given. */
function policyOf(files: FilesOf, ttlSeconds: number): string {
  const everything = ['/[\\s\\S]*/'];
  const subject = {
    commonName: everything,
    organizations: everything,
    organizationalUnits: everything,
    countries: everything,
    provinces: everything,
    localities: everything,
    streetAddresses: everything,
    postalCodes: everything,
    serialNumber: everything,
  };
  const sans = { dns: everything, ip: ['0.0.0.0/0', '::/0'], uri: everything, email: everything };
  const signers = KINDS.map((kind) => {
    const entry = {
      ca: { files: files[kind] },
      lifetime: { default: `${ttlSeconds}s`, max: `${ttlSeconds}s` },
      ...(kind === 'any' ? { allow: { subject, sans, usages: EVERY_USAGE } } : {}),
    };
    return [SIGNERS[kind].ours, entry] as const;
  });
  return JSON.stringify({
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'Policy',
    signers: Object.fromEntries(signers),
  });
}

/** Every usage of the Kubernetes API. */
export const EVERY_USAGE: readonly string[] = [
  'signing, digital signature, content commitment, key encipherment, data encipherment, key agreement',
  'cert sign, crl sign, encipher only, decipher only, any, server auth, client auth, code signing',
  'email protection, s/mime, ipsec end system, ipsec tunnel, ipsec user, timestamping, ocsp signing',
  'microsoft sgc, netscape sgc',
].flatMap((line) => line.split(', '));

async function ask(
  { api }: Cluster,
  name: string,
  { parts, text = (pem) => pem, ...options }: Wanted & { readonly signerName: string },
): Promise<void> {
  const object = csrObject(text(forge(parts)), { name, ...options });
  const created = await api.create(CSR_PATH, object);
  if (created.status !== 201) throw new Error(`${name}: ${created.status} ${created.text}`);
  const approval = { type: 'Approved', status: 'True', reason: 'Parity', message: 'parity' };
  const approved = await api.patch(`${CSR_PATH}/${name}/approval`, {
    status: { conditions: [approval] },
  });
  if (approved.status !== 200) throw new Error(`${name}: ${approved.status} ${approved.text}`);
}

async function settled(
  { api }: Cluster,
  names: readonly string[],
  waitsFor: (name: string) => string | undefined | Promise<string | undefined>,
): Promise<readonly Became[]> {
  const found = new Map<string, Became>();
  const look = async (): Promise<true | undefined> => {
    const { items } = (await api.get(CSR_PATH)).body;
    const byName = new Map(items.map((each) => [each.metadata.name, each]));
    for (const name of names.filter((each) => !found.has(each))) {
      const now = await becameOf(byName.get(name), () => waitsFor(name));
      if (now !== undefined) found.set(name, now);
    }
    if (found.size === names.length) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    return undefined;
  };
  try {
    await eventually('something became of every request', look, ALL_SEEN_WITHIN_MS);
  } catch (cause) {
    const open = names.filter((name) => !found.has(name));
    throw new Error(`nothing became of ${open.join(', ')}`, { cause });
  }
  return names.flatMap((name) => found.get(name) ?? []);
}

async function becameOf(
  object: ApiObject | undefined,
  waitsFor: () => string | undefined | Promise<string | undefined>,
): Promise<Became | undefined> {
  if (object === undefined) return undefined;
  const pem = certificateOf(object);
  if (pem !== '') return { kind: 'signed', pem };
  const { reason, message = '' } = conditionOf(object, 'Failed') ?? {};
  if (reason !== undefined) return { kind: 'failed', reason, message };
  const why = await waitsFor();
  return why === undefined ? undefined : { kind: 'waits', why };
}
