// SPDX-License-Identifier: Apache-2.0
// Kubelets that ask to serve, while Nodes come, change, lie and go. Time stands still unless a test moves it, so that
// nothing here can come from polling.

import { afterEach, describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../support/api-client.js';
import { makeCsr } from '../support/control-plane-requests.js';
import { startDnsServer, type TestDnsServer, zoneOf } from '../support/dns-server.js';
import { eventually, untilTrue } from '../support/eventually.js';
import { type Running, setStage, type Stage, stateOf } from './stage.js';

const DECIDED = 'certificate request decided';
const SIGNER = 'kubernetes.io/kubelet-serving';
const NODES = '/api/v1/nodes';

const within = (sans: string): string =>
  `rules:\n  kubelet-serving: { preset: kubelet-serving, sans: ${sans} }`;
const SITE = within("{ dns: ['{node.name}'], ip: [10.1.0.0/16] }");

interface Site {
  readonly stage: Stage;
  readonly running: Running;
  /** Registers a Node, or changes what it lists. */
  readonly list: (node: string, ...addresses: string[]) => Promise<void>;
  readonly remove: (node: string) => Promise<void>;
  /** Asks as the kubelet of `node`. */
  readonly ask: (node: string, sans: { ip?: string[]; dns?: string[] }) => Promise<void>;
  /** Once the request of `node` waits or is left for this reason. */
  readonly undecided: (node: string, reason: string) => Promise<unknown>;
  /** Once it is so. */
  readonly issued: (node: string) => Promise<boolean>;
}

async function setSite(policy: string, dnsServers?: readonly string[]): Promise<Site> {
  const stage = await setStage();
  await stage.putPolicy(policy, [SIGNER]);
  const running = stage.run(dnsServers);
  await running.line('policy loaded');
  return {
    stage,
    running,
    list: async (node, ...addresses) => {
      await stage.api.create(NODES, { metadata: { name: node } });
      const status = {
        addresses: [
          { type: 'Hostname', address: node },
          ...addresses.map((address) => ({ type: 'InternalIP', address })),
        ],
      };
      await stage.api.patch(`${NODES}/${node}/status`, { status });
    },
    remove: async (node) => void (await stage.api.delete(`${NODES}/${node}`)),
    ask: async (node, sans) => {
      const user = `system:node:${node}`;
      const pem = await makeCsr({ cn: user, o: ['system:nodes'], ...sans });
      const asking = { pem, signerName: SIGNER, usages: ['server auth', 'digital signature'] };
      await stage.ask(node, { user, groups: ['system:nodes'] }, asking);
    },
    undecided: (node, reason) => running.line(DECIDED, { csr: node, reason }),
    issued: (node) =>
      eventually(
        `${node} has its certificate`,
        async () => stateOf(await stage.csr(node)) === 'issued' || undefined,
      ),
  };
}

describe('a request waits for its own Node, and is decided when that', () => {
  it('appears', async () => {
    const site = await setSite(SITE);
    await site.ask('worker-1', { ip: ['10.1.0.1'] });
    await site.undecided('worker-1', 'NodeNotFound');

    await site.list('worker-1', '10.1.0.1');

    expect(await site.issued('worker-1')).toBe(true);
  });

  it('gets its addresses', async () => {
    const site = await setSite(SITE);
    await site.list('worker-1');
    await site.ask('worker-1', { ip: ['10.1.0.1'] });
    await site.undecided('worker-1', 'NameNotOwned');

    await site.list('worker-1', '10.1.0.1');

    expect(await site.issued('worker-1')).toBe(true);
  });

  it('gets back an address that it has lost', async () => {
    const site = await setSite(SITE);
    await site.list('worker-1', '10.1.0.1', '10.1.0.2');
    await site.list('worker-1', '10.1.0.1');
    await site.ask('worker-1', { ip: ['10.1.0.1', '10.1.0.2'] });
    await site.undecided('worker-1', 'NameNotOwned');

    await site.list('worker-1', '10.1.0.2', '10.1.0.1');

    expect(await site.issued('worker-1')).toBe(true);
  });

  it('is made anew after it was deleted', async () => {
    const site = await setSite(SITE);
    await site.list('worker-1', '10.1.0.1');
    await site.ask('worker-2', { ip: ['10.1.0.2'] });
    await site.undecided('worker-2', 'NodeNotFound');
    await site.remove('worker-1');
    await site.ask('worker-1', { ip: ['10.1.0.1'] });
    await site.undecided('worker-1', 'NodeNotFound');

    await site.list('worker-1', '10.1.0.1');

    expect(await site.issued('worker-1')).toBe(true);
  });
});

/** What stands at a Node, as `kubectl describe node` finds it. */
async function eventsAt({ stage }: Site, node: string): Promise<readonly string[]> {
  const { body } = await stage.api.get('/apis/events.k8s.io/v1/namespaces/default/events');
  return body.items
    .map((event) => event as ApiObject & Record<'regarding' | 'note' | 'reason' | 'type', unknown>)
    .filter(({ regarding }) => (regarding as { uid?: string }).uid === node)
    .map(({ type, reason, note }) => `${String(type)} ${String(reason)}: ${String(note)}`);
}

describe('an address that two Nodes list', () => {
  const contested = async (): Promise<Site> => {
    const site = await setSite(SITE);
    await site.list('worker-1', '10.1.0.1');
    await site.list('liar', '10.1.0.9', '10.1.0.1');
    await site.ask('worker-1', { ip: ['10.1.0.1'] });
    await site.undecided('worker-1', 'AddressShared');
    return site;
  };

  it('is given as soon as the other Node no longer lists it', async () => {
    const site = await contested();

    await site.list('liar', '10.1.0.9');

    expect(await site.issued('worker-1')).toBe(true);
  });

  it('is given as soon as the other Node is deleted', async () => {
    const site = await contested();

    await site.remove('liar');

    expect(await site.issued('worker-1')).toBe(true);
  });

  it('is given to the other when its own Node no longer lists it', async () => {
    const site = await contested();
    await site.ask('liar', { ip: ['10.1.0.1'] });
    await site.undecided('liar', 'AddressShared');

    await site.list('worker-1', '10.1.0.2');

    expect(await site.issued('liar')).toBe(true);
    await site.undecided('worker-1', 'NameNotOwned');
  });

  it('is given when the last of several Nodes no longer lists it', async () => {
    const site = await contested();
    await site.list('thief', '10.1.0.1');
    await site.list('liar', '10.1.0.9');
    const both = () => site.running.linesOf(DECIDED, { csr: 'worker-1', reason: 'AddressShared' });
    await untilTrue('it waits for the third', () => both().length === 2);

    await site.list('thief', '10.1.0.8');

    expect(await site.issued('worker-1')).toBe(true);
  });

  it('is told at both Nodes, once', async () => {
    const site = await contested();
    const [mine, its] = await eventually('an Event at each', async () => {
      const all = [await eventsAt(site, 'worker-1'), await eventsAt(site, 'liar')];
      return all.every(({ length }) => length > 0) ? all : undefined;
    });

    await site.ask('liar', { ip: ['10.1.0.1'] });
    await site.undecided('liar', 'AddressShared');

    expect(mine).toEqual([
      'Warning AddressShared: "10.1.0.1" is listed by node "worker-1" and by "liar"',
    ]);
    expect(its).toEqual(mine);
  });

  it('blocks nobody beside the two', async () => {
    const site = await contested();
    await site.list('worker-2', '10.1.0.2');

    await site.ask('worker-2', { ip: ['10.1.0.2'] });

    expect(await site.issued('worker-2')).toBe(true);
  });

  it('is given to both where the range is shared', async () => {
    const site = await setSite(
      within("{ dns: ['{node.name}'], ip: [10.1.0.0/16], shared: [10.1.0.0/24] }"),
    );
    await site.list('worker-1', '10.1.0.1');
    await site.list('worker-2', '10.1.0.1');

    await site.ask('worker-1', { ip: ['10.1.0.1'] });
    await site.ask('worker-2', { ip: ['10.1.0.1'] });

    expect(await site.issued('worker-1')).toBe(true);
    expect(await site.issued('worker-2')).toBe(true);
  });
});

it('a Node that lists the addresses of everybody blocks nobody outside its own bounds', async () => {
  const site = await setSite(`rules:
  workers: { preset: kubelet-serving, match: { nodes: ['/worker-.*/'] }, sans: { dns: ['{node.name}'], ip: [10.1.0.0/16] } }
  edge: { preset: kubelet-serving, match: { nodes: ['/edge-.*/'] }, sans: { dns: ['{node.name}'], ip: [10.9.0.0/16] } }`);
  await site.list('edge-1', '10.9.0.1');
  await site.list('edge-9', '10.1.0.1', '10.1.0.2', '10.9.0.1');
  await site.list('worker-1', '10.1.0.1');

  await site.ask('worker-1', { ip: ['10.1.0.1'] });
  await site.ask('edge-1', { ip: ['10.9.0.1'] });

  expect(await site.issued('worker-1')).toBe(true);
  await site.undecided('edge-1', 'AddressShared');
});

describe('Nodes that cannot be read', () => {
  const isNodes = (method: string, path: string): boolean =>
    method === 'GET' && path.startsWith(NODES);

  it('for three minutes are not believed any more; when they can be, the request is decided', async () => {
    const site = await setSite(SITE);
    const { stage, running } = site;
    await site.list('worker-1', '10.1.0.1');
    await site.ask('worker-1', { ip: ['10.1.0.1'] });
    expect(await site.issued('worker-1')).toBe(true);
    await site.list('worker-2', '10.1.0.2');

    let isDown = true;
    stage.server.failNext(503, 1_000_000, (...call) => isDown && isNodes(...call));
    stage.server.cutWatches();
    await running.line('watch ended', { collection: 'nodes' });
    // In steps, as time is: the other watches end by their silence and are opened again.
    for (let step = 0; step < 20; step += 1) stage.clock.advance(10_000);
    await site.ask('worker-2', { ip: ['10.1.0.2'] });
    await untilTrue('it waits', () => {
      stage.clock.advance(100);
      return running.linesOf(DECIDED, { reason: 'EvidenceUnavailable' }).length > 0;
    });
    const during = stateOf(await stage.csr('worker-2'));
    isDown = false;
    await untilTrue('it is issued', async () => {
      stage.clock.advance(1_000);
      return stateOf(await stage.csr('worker-2')) === 'issued';
    });

    expect(during).toBe('pending');
  }, 30_000);

  it('from the beginning make requests wait, and nothing else', async () => {
    const stage = await setStage();
    stage.server.failNext(503, 1_000_000, isNodes);
    await stage.putPolicy(
      `${SITE}\n  users: { match: { signerName: kubernetes.io/kube-apiserver-client, requester: { groups: [dev] } }, subject: { commonName: '{requester.username}' } }`,
      [SIGNER],
    );
    const running = stage.run();
    await running.line('policy loaded');
    const user = 'system:node:worker-1';
    const pem = await makeCsr({ cn: user, o: ['system:nodes'], ip: ['10.1.0.1'] });
    const asking = { pem, signerName: SIGNER, usages: ['server auth', 'digital signature'] };
    await stage.ask('serve', { user, groups: ['system:nodes'] }, asking);
    await stage.ask('jane', { user: 'jane', groups: ['dev'] }, { expirationSeconds: 3600 });

    await running.line(DECIDED, { csr: 'jane', decision: 'approve' });
    await untilTrue('it waits', () => {
      stage.clock.advance(1_000);
      return running.linesOf(DECIDED, { csr: 'serve' }).length > 0;
    });

    expect(running.linesOf(DECIDED, { csr: 'serve' })[0]).toMatchObject({
      decision: 'wait',
      reason: 'EvidenceUnavailable',
    });
  }, 30_000);
});

describe('names that DNS has to prove', () => {
  let dns: TestDnsServer | undefined;
  afterEach(async () => {
    await dns?.stop();
    dns = undefined;
  });
  const FULL = 'worker-1.corp.example';
  const zone = (...addresses: string[]) =>
    zoneOf({ [FULL]: { A: addresses.map((data) => ({ type: 'A', data, ttl: 300 }) as const) } });
  const site = async (server: TestDnsServer): Promise<Site> => {
    dns = server;
    const made = await setSite(
      within(
        "{ dns: ['{node.name}', '{node.name}.corp.example'], ip: [10.1.0.0/16], owner: [node, dns] }",
      ),
      [server.address],
    );
    await made.stage.api.create(NODES, { metadata: { name: 'worker-1' } });
    const addresses = [
      { type: 'Hostname', address: 'worker-1' },
      { type: 'InternalDNS', address: FULL },
      { type: 'InternalIP', address: '10.1.0.1' },
    ];
    await made.stage.api.patch(`${NODES}/worker-1/status`, { status: { addresses } });
    return made;
  };
  const sans = { dns: ['worker-1', FULL], ip: ['10.1.0.1'] };

  it('are given when all their addresses are the node’s', async () => {
    const { ask, issued } = await site(await startDnsServer(zone('10.1.0.1')));

    await ask('worker-1', sans);

    expect(await issued('worker-1')).toBe(true);
  });

  it('wait while one is another’s, and are given when it is gone', async () => {
    const server = await startDnsServer(zone('10.1.0.1', '10.1.0.66'));
    const { stage, ask, undecided, issued } = await site(server);
    await ask('worker-1', sans);
    await undecided('worker-1', 'NameNotOwned');

    server.answerWith(zone('10.1.0.1'));
    stage.clock.advance(5_000);

    expect(await issued('worker-1')).toBe(true);
  });

  it('wait while DNS is in trouble, and are given when it is over', async () => {
    const server = await startDnsServer(() => 'SERVFAIL');
    const { stage, ask, undecided, issued } = await site(server);
    await ask('worker-1', sans);
    await undecided('worker-1', 'EvidenceUnavailable');

    server.answerWith(zone('10.1.0.1'));
    stage.clock.advance(1_000);

    expect(await issued('worker-1')).toBe(true);
  });
});
