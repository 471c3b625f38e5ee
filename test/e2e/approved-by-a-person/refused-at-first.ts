// SPDX-License-Identifier: Apache-2.0
// Requests that a rule does not approve for a reason that is the approver's alone, so that a person's approval settles it.

import {
  commonName,
  dns,
  extensionRequest,
  altNames,
  ip,
  name,
  organization,
} from '../../support/forge.js';
import { DEV, KUBELETS, names, type Refused, subject, usages } from './rows.js';
import { CLIENT, KUBELET, SERVING, SHOP } from './stage.js';

const member = (user: string, ...groups: readonly string[]) => ({ as: { user, groups } });
const kubelet = (node: string) => member(`system:node:${node}`, 'system:nodes');
const at = (...octets: readonly number[]) => names(dns('worker-1'), ip(...octets));

/** With the code by which the policy leaves it, lets it wait or puts it before a person. */
export const refusedAtFirst: Readonly<Record<string, Refused>> = {
  'a kubelet whose requester may not ask for kubelets': [
    'AccessNotGranted',
    KUBELET,
    member('somebody'),
  ],
  'a kubelet of a node that is at work': [
    'NodeAlreadyReady',
    KUBELET,
    { ...subject(KUBELETS, commonName('system:node:ready-1')), ...member('joiner', 'joiners') },
  ],
  'a kubelet by the name of a user that may do everything': [
    'IdentityHasEveryRight',
    KUBELET,
    { ...subject(KUBELETS, commonName('system:node:root')), ...member('joiner', 'joiners') },
  ],
  'a serving kubelet with an address that its Node does not list': [
    'NameNotOwned',
    SERVING,
    { ...at(10, 1, 0, 9), ...kubelet('worker-1') },
  ],
  'a serving kubelet with an address beyond the bounds of the rule': [
    'AddressNotAllowed',
    SERVING,
    { ...at(10, 2, 0, 1), ...kubelet('worker-1') },
  ],
  'a serving kubelet with a name beyond the bounds of the rule': [
    'DnsNameNotAllowed',
    SERVING,
    { ...names(dns('worker-1'), dns('web.example')), ...kubelet('worker-1') },
  ],
  'a serving kubelet with an address that another Node lists, too': [
    'AddressShared',
    SERVING,
    { ...at(10, 1, 0, 2), ...kubelet('worker-1') },
  ],
  'a serving kubelet without a Node': [
    'NodeNotFound',
    SERVING,
    {
      parts: {
        subject: name(KUBELETS, commonName('system:node:unborn')),
        attributes: [extensionRequest(altNames(dns('unborn')))],
      },
      ...kubelet('unborn'),
    },
  ],
  'a user with the name of another': ['CommonNameNotAllowed', CLIENT, member('joe', 'developers')],
  'a user of another group': [
    'OrganizationNotAllowed',
    CLIENT,
    { ...subject(organization('ops'), commonName('jane')), ...member('jane', 'developers') },
  ],
  'a user with a DNS name': [
    'DnsNameNotAllowed',
    CLIENT,
    { ...names(dns('jane.example')), ...member('jane', 'developers') },
  ],
  'a user for too long': [
    'LifetimeTooLong',
    CLIENT,
    { expirationSeconds: 43_200, ...member('jane', 'developers') },
  ],
  'a user with a key that the rule does not take': [
    'KeyNotAllowed',
    CLIENT,
    { ...usages('client auth'), ...member('jane', 'careful') },
  ],
  'a user with a usage that the rule does not give': [
    'UsageNotAllowed',
    CLIENT,
    { ...usages('client auth', 'key encipherment'), ...member('jane', 'careful') },
  ],
  'a user with a reserved name': [
    'SystemName',
    CLIENT,
    {
      ...subject(DEV, commonName('system:kube-scheduler')),
      ...member('system:kube-scheduler', 'developers'),
    },
  ],
  'a user whom a rule leaves to people': [
    'ReviewRequired',
    CLIENT,
    { expirationSeconds: 3600, ...member('jane', 'reviewed') },
  ],
  'a shop with a name that only the signer gives': [
    'DnsNameNotAllowed',
    SHOP,
    member('x', 'deployers'),
  ],
};
