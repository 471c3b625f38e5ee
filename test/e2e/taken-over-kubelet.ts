// SPDX-License-Identifier: Apache-2.0
// Two real kubelets join; then somebody holds the credentials of the first and asks for what is the second's.

import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ApiClient } from '../support/api-client.js';
import { makeCsr } from '../support/control-plane-requests.js';
import type { RequestContents } from '../support/control-plane-requests.js';
import type { RunningController } from '../support/running-controller.js';
import type { Asking, Cluster } from './cluster.js';
import { CLIENT_SIGNER, SERVING_SIGNER, allowJoining, joined } from './real-kubelets.js';

/** The node that was taken over. */
export const OWN = { node: 'worker-1', user: 'system:node:worker-1', address: '10.1.0.1' };
/** The node whose names and addresses are wanted. */
export const OTHER = { node: 'worker-2', user: 'system:node:worker-2', address: '10.1.0.2' };

export const NODES = ['system:nodes'];

/** How kubelets ask for their certificates. */
export const asServing = {
  signerName: SERVING_SIGNER,
  usages: ['digital signature', 'server auth'],
};
export const asClient = { signerName: CLIENT_SIGNER, usages: ['digital signature', 'client auth'] };

/** What the first kubelet may have. */
export const ownServing: RequestContents = {
  cn: OWN.user,
  o: NODES,
  dns: [OWN.node],
  ip: [OWN.address],
};
export const ownClient: RequestContents = { cn: OWN.user, o: NODES };

const CHANGE_SEEN_WITHIN_MS = 5_000;
const POLL_MS = 20;

export interface NodeAddress {
  readonly type: string;
  readonly address: string;
}

/** What was made of a request. */
export interface Told {
  readonly decision: unknown;
  /** Of all violations; the reason where there are none. */
  readonly codes: readonly string[];
}

export interface TakenOver {
  /** With the client certificate that the first kubelet got. */
  readonly attacker: ApiClient;
  /** With that of the second. */
  readonly victim: ApiClient;
  /** The names of all requests that were made as attacks. */
  readonly attacks: readonly string[];
  /** Asks for what is allowed. Resolves to the name of the request. */
  ask(by: ApiClient, contents: RequestContents, how: Asking): Promise<string>;
  /** Asks, as the attacker, for what must not be given. Resolves to the name of the request. */
  attack(contents: RequestContents, how: Asking): Promise<string>;
  /**
   * What was made of a request: `expected` as soon as it is that, else the last that was told. A Node's change and a
   * request come over two watches, so that the first look may be at the Node as it was.
   */
  told(name: string, expected: Told): Promise<Told>;
  /** While `during` runs, the status of the own Node lists this, too. */
  claiming<T>(claimed: readonly NodeAddress[], during: () => Promise<T>): Promise<T>;
}

/** Joins both kubelets and takes over the first; the requests are put to `controller`. */
export async function takeOver(
  cluster: Cluster,
  controller: RunningController,
): Promise<TakenOver> {
  const bootstrapKubeconfig = await allowJoining(cluster);
  const kubelets = await Promise.all(
    [OWN, OTHER].map((node) => joined(cluster, { ...node, bootstrapKubeconfig })),
  );
  const [attacker, victim] = await Promise.all(
    kubelets.map(async (kubelet) => cluster.client(await kubelet.clientCredential())),
  );
  if (attacker === undefined || victim === undefined) throw new Error('two kubelets join');
  // They would write the truth into the status of their Nodes again.
  await Promise.all(kubelets.map((kubelet) => kubelet.stop()));
  const attacks: string[] = [];
  let asked = 0;
  const ask: TakenOver['ask'] = async (by, contents, how) => {
    asked += 1;
    const name = `asked-${asked}`;
    await cluster.ask(name, { pem: await makeCsr(contents), by, ...how });
    return name;
  };
  return {
    attacker,
    victim,
    attacks,
    ask,
    attack: async (contents, how) => {
      const name = await ask(attacker, contents, how);
      attacks.push(name);
      return name;
    },
    told: (name, expected) => told(controller, name, expected),
    claiming: (claimed, during) => claiming(attacker, claimed, during),
  };
}

async function told(controller: RunningController, name: string, expected: Told): Promise<Told> {
  await controller.line('certificate request decided', { csr: name });
  const all = (): readonly Told[] =>
    controller.linesOf('certificate request decided', { csr: name }).map((line) => {
      const violations = line['violations'] as readonly { readonly code: string }[];
      const codes = violations.map(({ code }) => code);
      const { decision, reason } = line;
      return { decision, codes: codes.length > 0 ? codes : [String(reason)] };
    });
  const deadline = performance.now() + CHANGE_SEEN_WITHIN_MS;
  for (;;) {
    const found = all().find((each) => isDeepStrictEqual(each, expected));
    if (found !== undefined || performance.now() > deadline) {
      return found ?? all().at(-1) ?? { decision: undefined, codes: [] };
    }
    await delay(POLL_MS);
  }
}

async function claiming<T>(
  by: ApiClient,
  claimed: readonly NodeAddress[],
  during: () => Promise<T>,
): Promise<T> {
  const list = async (addresses: readonly NodeAddress[]): Promise<void> => {
    const path = `/api/v1/nodes/${OWN.node}/status`;
    const { status, text } = await by.patch(path, { status: { addresses } });
    if (status !== 200) throw new Error(`the status was not written: ${status} ${text}`);
  };
  const own = [
    { type: 'Hostname', address: OWN.node },
    { type: 'InternalIP', address: OWN.address },
  ];
  await list([...own, ...claimed]);
  try {
    return await during();
  } finally {
    await list(own);
  }
}
