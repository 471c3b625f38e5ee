// SPDX-License-Identifier: Apache-2.0
// The requests of the demo, as data: who asks for what, and what must come of it.

import { CSRS, NODES, POLICY_CONFIGMAP, POLICY_PATH, POLICY_TEXT } from './cluster-objects.mjs';

/**
 * @typedef {object} Contents what a request is made of, where it is not a file
 * @property {string} [cn]
 * @property {string[]} [o]
 * @property {string[]} [dns]
 * @property {string[]} [ip]
 * @property {boolean} [isCa] asks for basicConstraints CA:TRUE
 * @property {Contents} [followedBy] a second PEM block behind the first
 *
 * @typedef {object} Expected
 * @property {'API server' | 'controller'} by
 * @property {'issued' | 'denied' | 'failed' | 'left alone' | 'awaits review' | 'refused'} decision
 * @property {string} [rule]
 * @property {string} reason a code of docs/reasons.md, or the API server's status code and reason
 * @property {{ decision: 'left alone' | 'waits', reason: string }} [before] the change
 * @property {string} [shadow] what rules in mode shadow would have done
 * @property {string} [subject] of the certificate
 *
 * @typedef {object} Change a merge patch by an administrator, which lets a request get on
 * @property {string} what
 * @property {string} path
 * @property {object} body
 *
 * @typedef {object} DemoRequest
 * @property {string} name of the object
 * @property {string} title
 * @property {{ username: string, groups: string[] }} requester
 * @property {string} signerName
 * @property {string[]} usages
 * @property {number} [expirationSeconds]
 * @property {string} [file] in demo/requests
 * @property {Contents} [contents]
 * @property {Change} [change] made when the controller has looked at the request
 * @property {Expected} expected
 */

const HOUR = 3600;

const CLIENT_USAGES = ['client auth', 'digital signature'];
const SERVER_USAGES = ['server auth', 'digital signature'];
const apiClient = { signerName: 'kubernetes.io/kube-apiserver-client', usages: CLIENT_USAGES };
const ourClient = { signerName: 'corp.example/internal', usages: CLIENT_USAGES };
const ourServer = { signerName: 'corp.example/internal', usages: SERVER_USAGES };

const alice = { username: 'alice', groups: ['oidc:dev-team'] };
const dev1 = { username: 'dev1', groups: ['oidc:trainees'] };
const ssup2 = { username: 'ssup2', groups: ['oidc:old-admins'] };
const deployer = { username: 'system:serviceaccount:shop:deployer', groups: [] };

const LEFT = /** @type {const} */ ({ decision: 'left alone', reason: 'NoRuleMatches' });

/** @type {(rule: string, subject: string) => Expected} */
const issued = (rule, subject) => ({
  by: 'controller',
  decision: 'issued',
  rule,
  reason: 'PolicyApproved',
  subject,
});

/** @type {(rule: string, reason: string) => Expected} */
const denied = (rule, reason) => ({ by: 'controller', decision: 'denied', rule, reason });

/** @type {(reason: string) => Expected} */
const refused = (reason) => ({ by: 'API server', decision: 'refused', reason });

const AUDITORS = `  auditors:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['oidc:auditors'] }
    subject: { commonName: '{requester.username}' }

`;

/** @type {readonly DemoRequest[]} */
export const REQUESTS = [
  {
    name: 'node-csr-worker-1',
    title: 'A new node asks for its first certificate, with a bootstrap token',
    requester: { username: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] },
    signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
    usages: CLIENT_USAGES,
    contents: { o: ['system:nodes'], cn: 'system:node:worker-1' },
    expected: issued('kubelet-client', 'O=system:nodes, CN=system:node:worker-1'),
  },
  {
    name: 'alice',
    title: 'A developer asks for herself, for a working day',
    requester: alice,
    ...apiClient,
    expirationSeconds: 8 * HOUR,
    contents: { o: ['oidc:dev-team'], cn: 'alice' },
    expected: issued('developers', 'O=oidc:dev-team, CN=alice'),
  },
  {
    name: 'dev1',
    title: 'openssl with its defaults (a real request): C and ST are not copied',
    requester: dev1,
    ...apiClient,
    file: 'seed-dev1.csr.pem',
    expected: issued('trainees', 'O=Internet Widgits Pty Ltd, CN=dev1'),
  },
  {
    name: 'shop-cart',
    title: 'A deployer asks for the name of a Service, from a signer of our own',
    requester: deployer,
    ...ourServer,
    expirationSeconds: 24 * HOUR,
    contents: { dns: ['cart.shop.svc'] },
    expected: issued('shop-services', ''),
  },
  {
    name: 'alice-as-bob',
    title: "A developer asks for somebody else's name, for a month",
    requester: alice,
    ...apiClient,
    expirationSeconds: 30 * 24 * HOUR,
    contents: { o: ['oidc:dev-team'], cn: 'bob' },
    expected: denied('developers', 'CommonNameNotAllowed'),
  },
  {
    name: 'alice-two-blocks',
    title: 'Hostile: a second request hides behind the first; the API server takes it',
    requester: alice,
    ...apiClient,
    expirationSeconds: HOUR,
    contents: {
      o: ['oidc:dev-team'],
      cn: 'alice',
      followedBy: { o: ['system:masters'], cn: 'alice' },
    },
    expected: denied('developers', 'PemSeveralBlocks'),
  },
  {
    name: 'alice-as-ca',
    title: 'Hostile: asks to become a CA; the API server takes it',
    requester: alice,
    ...apiClient,
    expirationSeconds: HOUR,
    contents: { o: ['oidc:dev-team'], cn: 'alice', isCa: true },
    expected: denied('developers', 'CaRequested'),
  },
  {
    name: 'shop-as-api-server',
    title: 'A name of the API server: the rule has room for it, the guard has not',
    requester: deployer,
    ...ourServer,
    expirationSeconds: HOUR,
    contents: { dns: ['cart.shop.svc', 'kubernetes.default.svc'] },
    expected: denied('shop-services', 'ApiServerName'),
  },
  {
    name: 'visitor',
    title: 'No rule speaks of this person: the request is left to others',
    requester: { username: 'visitor', groups: [] },
    ...apiClient,
    contents: { cn: 'visitor' },
    expected: { by: 'controller', ...LEFT },
  },
  {
    name: 'ssup2-a',
    title: 'system:masters (a real request), for the API server: it refuses that by itself',
    requester: ssup2,
    ...apiClient,
    file: 'seed-ssup2-a.csr.pem',
    expected: refused('403 Forbidden'),
  },
  {
    name: 'ssup2-b',
    title:
      'system:masters (real), from a signer of our own: the API server takes it, the rule is too wide',
    requester: ssup2,
    ...ourClient,
    file: 'seed-ssup2-b.csr.pem',
    expected: denied('old-admins', 'SystemMasters'),
  },
  {
    name: 'ssup2-c',
    title:
      'system:masters (real), no rule matches, an administrator approves it: the signer refuses',
    requester: { username: 'ssup2', groups: [] },
    ...ourClient,
    file: 'seed-ssup2-c.csr.pem',
    change: {
      what: 'an administrator approves it by hand',
      path: `${CSRS}/ssup2-c/approval`,
      body: {
        status: {
          conditions: [
            { type: 'Approved', status: 'True', reason: 'KubectlApprove', message: 'by hand' },
          ],
        },
      },
    },
    expected: { by: 'controller', decision: 'failed', reason: 'SystemMasters', before: LEFT },
  },
  {
    name: 'dev1-truncated',
    title: 'A request that was cut off in copying (real): the API server cannot read it',
    requester: dev1,
    ...apiClient,
    file: 'seed-dev1-truncated.csr.pem',
    expected: refused('422 Invalid'),
  },
  {
    name: 'on-call',
    title: 'A rule in mode review: all checks pass, and then a person is asked',
    requester: { username: 'on-call', groups: ['oidc:on-call'] },
    ...apiClient,
    expirationSeconds: HOUR,
    contents: { o: ['break-glass'], cn: 'on-call' },
    expected: {
      by: 'controller',
      decision: 'awaits review',
      rule: 'on-call',
      reason: 'ReviewRequired',
    },
  },
  {
    name: 'contractor',
    title: 'A rule in mode shadow: it is on trial, and only tells what it would do',
    requester: { username: 'contractor', groups: ['oidc:contractors'] },
    ...apiClient,
    expirationSeconds: HOUR,
    contents: { cn: 'contractor' },
    expected: { by: 'controller', ...LEFT, shadow: 'rule contractors would approve' },
  },
  {
    name: 'worker-2-serving',
    title:
      'A kubelet wants to serve at an address that its Node does not list: it waits until it does',
    requester: { username: 'system:node:worker-2', groups: ['system:nodes'] },
    signerName: 'kubernetes.io/kubelet-serving',
    usages: SERVER_USAGES,
    contents: {
      o: ['system:nodes'],
      cn: 'system:node:worker-2',
      dns: ['worker-2'],
      ip: ['10.1.0.2'],
    },
    change: {
      what: 'Node worker-2 now lists worker-2 and 10.1.0.2',
      path: `${NODES}/worker-2/status`,
      body: {
        status: {
          addresses: [
            { type: 'Hostname', address: 'worker-2' },
            { type: 'InternalIP', address: '10.1.0.2' },
          ],
        },
      },
    },
    expected: {
      ...issued('kubelet-serving', 'O=system:nodes, CN=system:node:worker-2'),
      before: { decision: 'waits', reason: 'NameNotOwned' },
    },
  },
  // The last, since the policy is another one from here on.
  {
    name: 'auditor',
    title: 'No rule speaks of auditors, until the policy is edited while everything runs',
    requester: { username: 'auditor', groups: ['oidc:auditors'] },
    ...apiClient,
    contents: { cn: 'auditor' },
    change: {
      what: `ConfigMap ${POLICY_CONFIGMAP} gets a rule "auditors"`,
      path: POLICY_PATH,
      body: { data: { 'policy.yaml': POLICY_TEXT.replace('\nrules:\n', `$&${AUDITORS}`) } },
    },
    expected: { ...issued('auditors', 'CN=auditor'), before: LEFT },
  },
];
