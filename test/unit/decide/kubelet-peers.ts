// SPDX-License-Identifier: Apache-2.0
// A small cluster as `decide` sees it, and kubelets that ask it for certificates with real requests: for the cases of
// other programs of this kind, and for the attacks that were published against them.

import { decide } from '../../../src/decide/decide.js';
import type { Decision } from '../../../src/decide/decision.js';
import {
  type AccessReviewNeed,
  type EvidenceEntry,
  type Known,
  type Need,
  noEvidence,
  withEntries,
} from '../../../src/decide/evidence.js';
import type { CompiledPolicy } from '../../../src/decide/rule.js';
import { apiServerFacts } from '../../../src/evidence/api-server.js';
import { claimsAmong, nodeFacts } from '../../../src/evidence/nodes.js';
import type { CsrObject } from '../../../src/request/csr-object.js';
import { parseCsrObject } from '../../../src/request/parse-csr-object.js';
import { readRequest } from '../../../src/request/read-request.js';
import { bytesOfAddress, canonicalAddress } from '../../../src/vocabulary/addresses.js';
import * as forged from '../../support/forge.js';
import { loadedFrom } from '../policy/good-policy.js';

export const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);
/** When a request that was created a second before NOW_MS has waited for ten minutes. */
export const LATER_MS = NOW_MS + 10 * 60_000;

export const SERVING = 'kubernetes.io/kubelet-serving';
export const CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet';

/** What is asked; what is left out is as a kubelet has it. */
export interface Asked {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly signerName?: string;
  readonly usages?: readonly string[];
  readonly expirationSeconds?: number;
  /** The user name unless given; undefined for a subject without one. */
  readonly cn?: string | undefined;
  readonly o?: readonly string[];
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly email?: readonly string[];
  readonly uri?: readonly string[];
  readonly parts?: Partial<forged.RequestParts>;
  /** Rewrites the PEM. */
  readonly text?: (pem: string) => string;
}

/** status.addresses of a Node by their type, and its labels. */
export interface NodeSketch {
  readonly addresses?: Readonly<Record<string, readonly string[]>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ready?: boolean;
}

/** All that can be asked for. What is not told is ordinary: no Node, no DNS name, rights for kubelets only. */
export interface World {
  readonly nodes?: Readonly<Record<string, NodeSketch>> | 'down';
  /** Addresses by canonical name; what is not here has none. */
  readonly dns?: Readonly<Record<string, readonly string[] | 'down'>>;
  readonly may?: (need: AccessReviewNeed) => boolean | 'down';
  readonly apiServer?: 'down' | { readonly endpoints: readonly string[] };
}

/** The names in the API server's own certificate. */
const API_SERVER_NAMES = ['kubernetes', 'kubernetes.default.svc.cluster.local', 'api.example.com'];
export const API_SERVER_ADDRESS = '192.0.2.10';
export const FIRST_SERVICE_ADDRESS = '10.96.0.1';
const SERVICE_RANGES = [{ spec: { cidrs: ['10.96.0.0/12'] } }];

/** The policy of `rules`, a YAML map without indentation. */
export const policyOf = (rules: string, rest = ''): CompiledPolicy =>
  loadedFrom(
    `apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nrules:\n${rules.trim().replaceAll(/^/gm, '  ')}\n${rest}`,
  ).policy;

/** The request of a kubelet for its serving certificate. */
export const serving = (node: string, change: Partial<Asked> = {}): Asked => ({
  user: `system:node:${node}`,
  ...change,
});

/** The request of a kubelet that joins under this name. */
export const joining = (node: string, change: Partial<Asked> = {}): Asked => ({
  user: 'system:bootstrap:abcdef',
  groups: ['system:bootstrappers', 'system:authenticated'],
  signerName: CLIENT,
  usages: ['digital signature', 'client auth'],
  cn: `system:node:${node}`,
  ...change,
});

const ipName = (text: string): Uint8Array =>
  forged.ip(...bytesOfAddress(canonicalAddress(text) ?? ''));

function pemOf(asked: Asked): string {
  const cn = 'cn' in asked ? asked.cn : asked.user;
  const { o = ['system:nodes'], dns = [], ip = [], email = [], uri = [] } = asked;
  const names = [
    ...dns.map(forged.dns),
    ...ip.map(ipName),
    ...email.map(forged.email),
    ...uri.map(forged.uri),
  ];
  return forged.forge({
    subject: forged.name(
      ...o.map(forged.organization),
      ...(cn === undefined ? [] : [forged.commonName(cn)]),
    ),
    attributes: names.length === 0 ? [] : [forged.extensionRequest(forged.altNames(...names))],
    ...asked.parts,
  });
}

/** The object as the API server would have it. */
export function objectOf(asked: Asked): CsrObject {
  const pem = pemOf(asked);
  const parsed = parseCsrObject({
    metadata: {
      name: 'csr-x7k2p',
      uid: 'a6d2b1c0-0000-4000-8000-000000000001',
      resourceVersion: '41',
      creationTimestamp: new Date(NOW_MS - 1000).toISOString(),
    },
    spec: {
      request: Buffer.from(asked.text?.(pem) ?? pem, 'latin1').toString('base64'),
      signerName: asked.signerName ?? SERVING,
      usages: asked.usages ?? ['digital signature', 'server auth'],
      username: asked.user,
      groups: asked.groups ?? ['system:nodes', 'system:authenticated'],
      expirationSeconds: asked.expirationSeconds,
    },
  });
  if (!parsed.ok) throw new RangeError(parsed.error.detail);
  return parsed.value;
}

const known = <T>(value: T): Known<T> => ({ state: 'known', value });
const DOWN = { state: 'unavailable', why: 'no answer within 2 s' } as const;

function nodesOf(world: World) {
  const nodes = world.nodes === 'down' ? {} : (world.nodes ?? {});
  return Object.entries(nodes).map(([name, { addresses = {}, labels = {}, ready = true }]) => {
    const facts = nodeFacts({
      metadata: { name, labels },
      status: {
        addresses: Object.entries(addresses).flatMap(([type, values]) =>
          values.map((address) => ({ type, address })),
        ),
        conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      },
    });
    if (facts === undefined) throw new RangeError(`no Node: ${name}`);
    return facts;
  });
}

/** RBAC as kubeadm sets it up. */
const usualRights = ({ assumption, subject }: AccessReviewNeed): boolean => {
  if (assumption === 'nodeclient') return subject.groups.includes('system:bootstrappers');
  return assumption === 'selfnodeclient' && subject.groups.includes('system:nodes');
};

function answer(world: World, need: Need): EvidenceEntry {
  const down = world.nodes === 'down';
  switch (need.kind) {
    case 'access-review': {
      const may = (world.may ?? usualRights)(need);
      return { kind: 'access-review', need, answer: may === 'down' ? DOWN : known(may) };
    }
    case 'api-server': {
      if (world.apiServer === 'down') return { kind: 'api-server', need, answer: DOWN };
      const facts = apiServerFacts({
        peer: API_SERVER_NAMES,
        endpointSlice: {
          endpoints: [{ addresses: world.apiServer?.endpoints ?? [API_SERVER_ADDRESS] }],
        },
        serviceCidrs: SERVICE_RANGES,
      });
      return { kind: 'api-server', need, answer: known(facts) };
    }
    case 'node': {
      const node = nodesOf(world).find(({ name }) => name === need.name);
      return { kind: 'node', need, answer: down ? DOWN : known(node) };
    }
    case 'claims':
      return {
        kind: 'claims',
        need,
        answer: down ? DOWN : known(claimsAmong(nodesOf(world), need)),
      };
    case 'dns': {
      const set = world.dns?.[need.name] ?? [];
      return { kind: 'dns', need, answer: set === 'down' ? DOWN : known(set) };
    }
  }
}

/** What becomes of `asked` in `world` under `policy`. */
export function decideOn(
  asked: Asked | CsrObject,
  policy: CompiledPolicy,
  world: World = {},
  nowMs: number = NOW_MS,
): Decision {
  const csr = 'user' in asked ? objectOf(asked) : asked;
  const subject = { csr, reading: readRequest(csr), waitingSinceMs: NOW_MS - 1000 };
  let evidence = noEvidence;
  for (let round = 0; round < 5; round += 1) {
    const decided = decide(subject, policy, evidence, nowMs);
    if (decided.kind === 'decision') return decided;
    evidence = withEntries(
      evidence,
      decided.needs.map((need) => answer(world, need)),
    );
  }
  throw new Error('no decision after 5 rounds');
}
