// SPDX-License-Identifier: Apache-2.0
// Approved requests that break the contract of a built-in signer: both signers mark them as failed.

import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import { commonName, dns, email, ip, organization, uri } from '../../support/forge.js';
import { approvedByNeither } from '../kubelet-parity/alike.js';
import {
  type Change,
  each,
  names,
  NODE,
  attributes,
  subject,
  usages,
  type Wanted,
  wanted,
} from './wanted.js';
import { changeOf } from './wanted.js';
import { EVERY_USAGE } from './stage.js';

const NODES = organization('system:nodes');

/** What ours says, and the words of kube-controller-manager. */
export interface Failing {
  readonly wanted: Wanted;
  readonly code: ReasonCode;
}

const failing = (code: ReasonCode, one: Wanted): Failing => ({ code, wanted: one });

const ALLOWED = {
  client: ['client auth', 'digital signature', 'key encipherment'],
  serving: ['server auth', 'digital signature', 'key encipherment'],
};

const client: Readonly<Record<string, readonly [ReasonCode, Change]>> = {
  'no client auth': ['UsageMissing', usages('digital signature', 'key encipherment')],
  'server auth instead of client auth': [
    'UsageNotAllowed',
    usages('server auth', 'digital signature'),
  ],
  ...Object.fromEntries(
    EVERY_USAGE.filter((usage) => !ALLOWED.client.includes(usage)).map((usage) => [
      `also ${usage}`,
      ['UsageNotAllowed', usages('client auth', usage)] as const,
    ]),
  ),
};

const serving: Readonly<Record<string, readonly [ReasonCode, Change]>> = {
  'no name and no address': ['KubeletNamesMissing', attributes()],
  'an e-mail address beside a name': [
    'KubeletEmail',
    names(dns('worker-1'), email('ops@corp.example')),
  ],
  'a URI beside an address': ['KubeletUri', names(ip(192, 0, 2, 7), uri('spiffe://a/b'))],
  'only a URI': ['KubeletNamesMissing', names(uri('spiffe://a/b'))],
  'no organization': ['KubeletOrganization', subject(commonName(NODE))],
  'another organization': ['KubeletOrganization', subject(organization('dev'), commonName(NODE))],
  'two organizations': [
    'KubeletOrganization',
    subject(NODES, organization('dev'), commonName(NODE)),
  ],
  'no common name': ['KubeletCommonName', subject(NODES)],
  'the common name without its prefix': ['KubeletCommonName', subject(NODES, commonName('w-1'))],
  'no server auth': ['KubeletUsages', usages('digital signature')],
  'no digital signature': ['KubeletUsages', usages('server auth')],
  'client auth instead of server auth': ['KubeletUsages', usages('client auth', 'signing')],
  ...Object.fromEntries(
    EVERY_USAGE.filter((usage) => !ALLOWED.serving.includes(usage)).map((usage) => [
      `also ${usage}`,
      ['KubeletUsages', usages('server auth', 'digital signature', usage)] as const,
    ]),
  ),
};

/** Rules about the requester and signer names are the approver's. */
const OF_THE_APPROVER = ['AccessNotGranted', 'NoRuleMatches'];

const kubelet = Object.fromEntries(
  Object.entries(approvedByNeither)
    .filter(([, [code]]) => !OF_THE_APPROVER.includes(code))
    .map(([what, [code, asked]]) => [what, [code, changeOf(asked)] as const]),
);

/** By sentence. */
export const failedByBoth: Readonly<Record<string, Failing>> = Object.fromEntries(
  (['client', 'kubelet', 'serving'] as const).flatMap((signer) =>
    Object.entries({ client, kubelet, serving }[signer]).flatMap(([what, [code, change]]) =>
      Object.entries(each([signer], { [what]: change })).map(
        ([sentence]) => [sentence, failing(code, wanted(signer, change))] as const,
      ),
    ),
  ),
);
