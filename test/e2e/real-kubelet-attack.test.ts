// SPDX-License-Identifier: Apache-2.0
// Somebody has taken over a node: with the credentials of its kubelet they ask for what is another node's. Each attack
// differs in one thing from a request that is approved.

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiResponse } from '../support/api-client.js';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';
import type { RequestContents } from '../support/control-plane-requests.js';
import { describeWithKubelet } from '../support/kubelet.js';
import type { RunningController } from '../support/running-controller.js';
import { startCluster, USER_SIGNER } from './cluster.js';
import type { Asking } from './cluster.js';
import { clientCaFiles } from './policies.js';
import { CLIENT_SIGNER, READY_TIMEOUT_MS, SERVING_SIGNER } from './real-kubelets.js';
import {
  NODES,
  OTHER,
  OWN,
  asClient,
  asServing,
  ownClient,
  ownServing,
  takeOver,
} from './taken-over-kubelet.js';
import type { NodeAddress, TakenOver, Told } from './taken-over-kubelet.js';

/** What it advertises, as the address of a control-plane node. */
const API_SERVER = '10.1.0.100';

const describeHere = await describeWithKubelet();
const cluster = await startCluster({
  advertiseAddress: API_SERVER,
  // Since 1.31 NodeRestriction refuses some of these requests; older API servers and those without it do not.
  apiServerArgs: ['--feature-gates=AllowInsecureKubeletCertificateSigningRequests=true'],
});
const ca = await clientCaFiles(cluster);

/** The bounds let each node have what is the other's, so that nothing but ownership is in the way. */
const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  kubelet-client: { preset: kubelet-client }
  kubelet-serving:
    preset: kubelet-serving
    sans:
      dns: ['/worker-[0-9]+/', '/.+\\.corp\\.example/']
      ip: [10.1.0.0/16, 'fd00:1::/64']
      owner: [node]
signers:
  ${CLIENT_SIGNER}: { ca: ${ca} }
  ${SERVING_SIGNER}: { ca: ${ca} }
`;

/** The other's address as the 16 bytes of an IPv4-mapped one. */
const OTHER_MAPPED = '::ffff:a01:2';

const APPROVED: Told = { decision: 'approve', codes: ['PolicyApproved'] };
const SHARED: Told = { decision: 'wait', codes: ['AddressShared'] };

describeHere('with the credentials of a kubelet that was taken over', () => {
  let controller: RunningController;
  let node: TakenOver;

  beforeAll(async () => {
    controller = cluster.run(['--policy-file', await cluster.file('policy.yaml', policy)]);
    await controller.line('policy loaded');
    node = await takeOver(cluster, controller);
  }, READY_TIMEOUT_MS);

  afterAll(async () => {
    await controller.stop();
  });

  describe('what is its own is given', () => {
    it('as a serving certificate', async () => {
      const name = await node.ask(node.attacker, ownServing, asServing);

      expect(await node.told(name, APPROVED)).toEqual(APPROVED);
    });

    it('as a client certificate', async () => {
      const name = await node.ask(node.attacker, ownClient, asClient);

      expect(await node.told(name, APPROVED)).toEqual(APPROVED);
    });

    it('as soon as its status lists it and nobody else does', async () => {
      const claimed = [
        { type: 'InternalIP', address: '10.1.0.77' },
        { type: 'InternalDNS', address: 'worker-1.corp.example' },
      ];
      const contents = { ...ownServing, ip: ['10.1.0.77'], dns: ['worker-1.corp.example'] };

      const told = await node.claiming(claimed, async () =>
        node.told(await node.ask(node.attacker, contents, asServing), APPROVED),
      );

      expect(told).toEqual(APPROVED);
    });
  });

  describe('a serving certificate of another node is not', () => {
    it.each<[string, RequestContents, 'leave' | 'wait', ...string[]]>([
      ['in its name', { cn: OTHER.user }, 'leave', 'CommonNameNotRequester'],
      [
        'in a second common name',
        { subject: [{ CN: [OTHER.user] }] },
        'leave',
        'SubjectAttributeRepeated',
      ],
      [
        'in the own name in another case',
        { cn: 'system:node:WORKER-1' },
        'leave',
        'CommonNameNotRequester',
      ],
      ['for its DNS name', { dns: [OTHER.node] }, 'wait', 'NameNotOwned'],
      ['for its DNS name beside the own', { dns: [OWN.node, OTHER.node] }, 'wait', 'NameNotOwned'],
      ['for its DNS name in upper case', { dns: ['WORKER-2'] }, 'wait', 'NameNotOwned'],
      ['for its DNS name with a dot behind it', { dns: ['worker-2.'] }, 'wait', 'NameNotOwned'],
      ['for its DNS name as punycode', { dns: ['xn--worker-2-'] }, 'leave', 'SanDnsName'],
      ['for its DNS name before a NUL', { dns: ['worker-2\0.worker-1'] }, 'leave', 'SanCharacter'],
      [
        'for a name in a domain of both',
        { dns: ['worker-2.corp.example'] },
        'wait',
        'NameNotOwned',
      ],
      ['for all names in a domain of both', { dns: ['*.corp.example'] }, 'leave', 'WildcardName'],
      ['for its DNS name in a URI', { uri: ['https://worker-2:10250'] }, 'leave', 'KubeletUri'],
      ['for its DNS name in an e-mail address', { email: ['a@worker-2'] }, 'leave', 'KubeletEmail'],
      ['for its address', { ip: [OTHER.address] }, 'wait', 'NameNotOwned'],
      [
        'for its address beside the own',
        { ip: [OWN.address, OTHER.address] },
        'wait',
        'NameNotOwned',
      ],
      ['for its address mapped into IPv6', { ip: [OTHER_MAPPED] }, 'wait', 'NameNotOwned'],
      [
        'for its address embedded in IPv6',
        { ip: ['64:ff9b::a01:2'] },
        'leave',
        'AddressNotAllowed',
      ],
      ['for its address as a name', { dns: [OTHER.address] }, 'leave', 'SanDnsName'],
      [
        "for the API server's address",
        { ip: [API_SERVER] },
        'leave',
        'ApiServerName',
        'NameNotOwned',
      ],
      [
        'of another organization, too',
        { o: [...NODES, 'system:masters'] },
        'leave',
        'KubeletOrganization',
        'SystemMasters',
      ],
    ])('%s', async (_, change, decision, ...codes) => {
      const name = await node.attack({ ...ownServing, ...change }, asServing);

      expect(await node.told(name, { decision, codes })).toEqual({ decision, codes });
    });

    it.each<[string, Asking, ...string[]]>([
      [
        'that is a client certificate, too',
        { usages: [...asServing.usages, 'client auth'] },
        'KubeletUsages',
      ],
      [
        "from the signer of kubelets' client certificates",
        { signerName: CLIENT_SIGNER },
        'KubeletDnsName',
        'KubeletAddress',
        'KubeletUsages',
      ],
      ["from the signer of users' certificates", { signerName: USER_SIGNER }, 'NoRuleMatches'],
      ['from a signer that nobody knows', { signerName: 'example.com/nodes' }, 'NoRuleMatches'],
    ])('%s', async (_, change, ...codes) => {
      const name = await node.attack(ownServing, { ...asServing, ...change });

      const left = { decision: 'leave', codes };
      expect(await node.told(name, left)).toEqual(left);
    });

    it('when the object names the other as its requester', async () => {
      const object = csrObject(await makeCsr({ ...ownServing, cn: OTHER.user }), {
        name: 'forged',
        ...asServing,
      });
      const forged = {
        ...object,
        spec: { ...(object as { spec: object }).spec, username: OTHER.user, groups: NODES },
      };

      expect((await node.attacker.create(CSR_PATH, forged)).status).toBe(201);

      const left = { decision: 'leave', codes: ['CommonNameNotRequester'] };
      expect(await node.told('forged', left)).toEqual(left);
      expect((await cluster.csr('forged')).status).toEqual({});
    });
  });

  describe('a serving certificate waits while the own status lists what the other one lists', () => {
    const dns = { dns: [OTHER.node] };
    const ip = { ip: [OTHER.address] };

    it.each<[string, NodeAddress, RequestContents]>([
      ['an address', { type: 'InternalIP', address: OTHER.address }, ip],
      ['an address, as an external one', { type: 'ExternalIP', address: OTHER.address }, ip],
      ['an address, as a host name', { type: 'Hostname', address: OTHER.address }, ip],
      ['an address, mapped into IPv6', { type: 'InternalIP', address: '::ffff:10.1.0.2' }, ip],
      [
        'an address, asked for mapped into IPv6',
        { type: 'InternalIP', address: OTHER.address },
        { ip: [OTHER_MAPPED] },
      ],
      ['a name', { type: 'InternalDNS', address: OTHER.node }, dns],
      ['a name, in upper case and with a dot', { type: 'ExternalDNS', address: 'WORKER-2.' }, dns],
      [
        'a name, asked for in upper case and with a dot',
        { type: 'Hostname', address: OTHER.node },
        { dns: ['WORKER-2.'] },
      ],
    ])('%s', async (_, claimed, change) => {
      const told = await node.claiming([claimed], async () =>
        node.told(await node.attack({ ...ownServing, ...change }, asServing), SHARED),
      );

      expect(told).toEqual(SHARED);
    });

    it('and the other waits only as long', async () => {
      const contents = { cn: OTHER.user, o: NODES, dns: [OTHER.node], ip: [OTHER.address] };

      const name = await node.claiming(
        [{ type: 'InternalIP', address: OTHER.address }],
        async () => {
          const asked = await node.ask(node.victim, contents, asServing);
          expect(await node.told(asked, SHARED)).toEqual(SHARED);
          return asked;
        },
      );

      await cluster.issued(name);
    });
  });

  describe('a serving certificate is not given although the own status lists', () => {
    it.each<[string, string, 'leave' | 'wait', readonly string[]]>([
      // An address with a zone means nothing to other hosts.
      ['an address with a zone', 'fd00:1::2%eth0', 'wait', ['NameNotOwned']],
      ["the API server's address", API_SERVER, 'leave', ['ApiServerName']],
    ])('%s', async (_, address, decision, codes) => {
      const contents = { ...ownServing, ip: [address.replace('%eth0', '')] };

      const told = await node.claiming([{ type: 'InternalIP', address }], async () =>
        node.told(await node.attack(contents, asServing), { decision, codes }),
      );

      expect(told).toEqual({ decision, codes });
    });
  });

  describe('a client certificate of another node is not given', () => {
    it.each<[string, RequestContents, 'leave' | 'wait', ...string[]]>([
      ['in its name', { cn: OTHER.user }, 'wait', 'AccessNotGranted'],
      ['in its name in another case', { cn: 'system:node:WORKER-2' }, 'wait', 'AccessNotGranted'],
      [
        'in the own name in another case',
        { cn: 'system:node:WORKER-1' },
        'wait',
        'AccessNotGranted',
      ],
      [
        'in a second common name',
        { subject: [{ CN: [OTHER.user] }] },
        'leave',
        'SubjectAttributeRepeated',
      ],
      ['with its DNS name', { dns: [OTHER.node] }, 'leave', 'KubeletDnsName'],
      ['with its address', { ip: [OTHER.address] }, 'leave', 'KubeletAddress'],
      [
        "as an administrator's",
        { o: [...NODES, 'system:masters'] },
        'leave',
        'KubeletOrganization',
        'SystemMasters',
      ],
    ])('%s', async (_, change, decision, ...codes) => {
      const name = await node.attack({ ...ownClient, ...change }, asClient);

      expect(await node.told(name, { decision, codes })).toEqual({ decision, codes });
    });

    it.each<[string, Asking, ...string[]]>([
      ['that serves, too', { usages: [...asClient.usages, 'server auth'] }, 'KubeletUsages'],
      ["from the signer of users' certificates", { signerName: USER_SIGNER }, 'NoRuleMatches'],
      ['from a signer that nobody knows', { signerName: 'example.com/nodes' }, 'NoRuleMatches'],
    ])('%s', async (_, change, ...codes) => {
      const name = await node.attack(ownClient, { ...asClient, ...change });

      const left = { decision: 'leave', codes };
      expect(await node.told(name, left)).toEqual(left);
    });
  });

  describe('the API server itself refuses', () => {
    const mine = { conditions: [{ type: 'Approved', status: 'True', reason: 'Mine' }] };

    it.each<[string, number, () => Promise<ApiResponse>]>([
      [
        'to take it for the other',
        403,
        () => node.attacker.get(CSR_PATH, { as: { user: OTHER.user, groups: NODES } }),
      ],
      [
        "the other's status",
        403,
        () =>
          node.attacker.patch(`/api/v1/nodes/${OTHER.node}/status`, { status: { addresses: [] } }),
      ],
      [
        "to delete the other's Node",
        403,
        () => node.attacker.delete(`/api/v1/nodes/${OTHER.node}`),
      ],
      [
        'the label of the control plane',
        403,
        () =>
          node.attacker.patch(`/api/v1/nodes/${OWN.node}`, {
            metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } },
          }),
      ],
      [
        'its approval',
        403,
        () => node.attacker.patch(`${CSR_PATH}/${node.attacks[0]}/approval`, { status: mine }),
      ],
      [
        'its certificate',
        403,
        () =>
          node.attacker.patch(`${CSR_PATH}/${node.attacks[0]}/status`, {
            status: { certificate: '' },
          }),
      ],
      [
        "the other's name in a second extension",
        422,
        async () => {
          const moreNames = [[{ type: 'dns', value: OTHER.node }]] as const;
          const pem = await makeCsr({ ...ownServing, moreNames });
          return node.attacker.create(
            CSR_PATH,
            csrObject(pem, { name: 'two-extensions', ...asServing }),
          );
        },
      ],
    ])('%s', async (_, status, reach) => {
      expect((await reach()).status).toBe(status);
    });
  });

  it('nothing of all this is approved in the end', async () => {
    expect(node.attacks.length).toBeGreaterThan(40);
    for (const name of node.attacks) {
      // One after the other: there are many.
      expect([name, (await cluster.csr(name)).status]).toEqual([name, {}]);
    }
    expect(controller.lines().filter(({ level }) => level === 'error')).toEqual([]);
  });
});
