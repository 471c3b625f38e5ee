// SPDX-License-Identifier: Apache-2.0
// The requests of the backlogs: distinct users with distinct P-256 keys, made once and created again in every round.

import type { Impersonation } from '../../support/api-client.js';
import { csrObject } from '../../support/control-plane-requests.js';
import * as forge from '../../support/forge.js';
import { nodeName, nodeOctets } from './nodes.js';

/** A kind of request, by what its decision costs the API server. */
export interface RequestKind {
  readonly name: 'servers' | 'users' | 'kubelets' | 'serving';
  readonly signerName: string;
  readonly usages: readonly string[];
  readonly expirationSeconds?: number;
  /** Who the certificate will name; undefined where nobody is named who could have rights. */
  identity(
    index: number,
  ): { readonly user: string; readonly groups: readonly string[] } | undefined;
  requester(index: number): Impersonation;
  contents(index: number): Parameters<typeof forge.forge>[0];
}

/** A request that is ready to be created. */
export interface PooledRequest {
  readonly object: object;
  readonly requester: Impersonation;
  readonly identity: ReturnType<RequestKind['identity']>;
}

/** Groups that may create requests; see `cluster.ts`. */
export const GROUPS = {
  users: 'bench:users',
  bootstrappers: 'system:bootstrappers',
  nodes: 'system:nodes',
} as const;

export const SERVER_SIGNER = 'bench.example/server';
const ORGANIZATION = 'bench';

const asUser = (index: number): Impersonation => ({
  user: `user-${index}`,
  groups: [GROUPS.users],
});

export const KINDS = {
  /** Server certificates of a custom signer: no identity of a client, so nothing is asked of anyone. */
  servers: {
    name: 'servers',
    signerName: SERVER_SIGNER,
    usages: ['server auth', 'digital signature'],
    expirationSeconds: 3600,
    identity: () => undefined,
    requester: asUser,
    contents: (index) => ({
      subject: forge.name(),
      attributes: [forge.extensionRequest(forge.altNames(forge.dns(`user-${index}.apps.example`)))],
    }),
  },
  /** Client certificates of users: one access review about each, so that nobody is given every right. */
  users: {
    name: 'users',
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth', 'digital signature'],
    expirationSeconds: 3600,
    identity: (index) => ({ user: `user-${index}`, groups: [ORGANIZATION] }),
    requester: asUser,
    contents: (index) => ({
      subject: forge.name(forge.organization(ORGANIZATION), forge.commonName(`user-${index}`)),
      attributes: [],
    }),
  },
  /** Bootstrapping kubelets, who share one user: the review of that user is remembered, that of each node is not. */
  kubelets: {
    name: 'kubelets',
    signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
    usages: ['client auth', 'digital signature'],
    identity: (index) => ({ user: `system:node:${nodeName(index)}`, groups: ['system:nodes'] }),
    requester: () => ({ user: 'system:bootstrap:abcdef', groups: [GROUPS.bootstrappers] }),
    contents: (index) => ({
      subject: forge.name(
        forge.organization('system:nodes'),
        forge.commonName(`system:node:${nodeName(index)}`),
      ),
      attributes: [],
    }),
  },
  /** Serving certificates of kubelets: what they list is looked up among all Nodes, and nothing is asked of anyone. */
  serving: {
    name: 'serving',
    signerName: 'kubernetes.io/kubelet-serving',
    usages: ['server auth', 'digital signature'],
    identity: () => undefined,
    requester: (index) => ({ user: `system:node:${nodeName(index)}`, groups: [GROUPS.nodes] }),
    contents: (index) => ({
      subject: forge.name(
        forge.organization('system:nodes'),
        forge.commonName(`system:node:${nodeName(index)}`),
      ),
      attributes: [
        forge.extensionRequest(
          forge.altNames(forge.dns(nodeName(index)), forge.ip(...nodeOctets(index))),
        ),
      ],
    }),
  },
} as const satisfies Record<string, RequestKind>;

/** `count` requests of a kind, each with its own key. */
export function makePool(kind: RequestKind, count: number): readonly PooledRequest[] {
  const { name, signerName, usages, expirationSeconds } = kind;
  return Array.from({ length: count }, (_, index) => {
    const pem = forge.forge({ ...kind.contents(index), key: forge.curveKey('P-256') });
    const object = csrObject(pem, {
      name: `${name}-${index}`,
      signerName,
      usages,
      ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
    });
    return { object, requester: kind.requester(index), identity: kind.identity(index) };
  });
}
