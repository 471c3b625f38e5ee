import { describe, expect, it } from '@jest/globals';
import type { AccessReviewNeed, Known } from '../../../src/decide/evidence.js';
import { rememberedAccessReviews } from '../../../src/evidence/access-reviews.js';
import { apiServerFacts, rememberedApiServerFacts } from '../../../src/evidence/api-server.js';
import { nodeFacts } from '../../../src/evidence/nodes.js';
import { offlineResolver } from '../../../src/evidence/files.js';
import { down, no, yes } from '../../support/decide.js';

const need = (changes: Partial<AccessReviewNeed['subject']> = {}): AccessReviewNeed => ({
  kind: 'access-review',
  assumption: 'nodeclient',
  subject: { user: 'system:bootstrap:abcdef', uid: '', groups: ['a'], extra: {}, ...changes },
  attributes: {
    verb: 'create',
    group: 'certificates.k8s.io',
    resource: 'x',
    subresource: 'nodeclient',
  },
});

describe('access reviews', () => {
  const setUp = (answer: Known<boolean>) => {
    const clock = { nowMs: 0, asked: 0 };
    const ask = rememberedAccessReviews(
      () => {
        clock.asked += 1;
        return Promise.resolve(answer);
      },
      () => clock.nowMs,
    );
    return { clock, ask };
  };

  it('keep an allow for 10 s and no longer', async () => {
    const { clock, ask } = setUp(yes);

    await ask(need());
    clock.nowMs = 9_999;
    await ask(need());
    const within = clock.asked;
    clock.nowMs = 10_000;
    await ask(need());

    expect([within, clock.asked]).toEqual([1, 2]);
  });

  it.each([
    ['a no', no],
    ['a failure', down],
  ])('never keep %s', async (_, answer) => {
    const { clock, ask } = setUp(answer);

    await ask(need());
    await ask(need());

    expect(clock.asked).toBe(2);
  });

  it('share a question that is under way', async () => {
    const { clock, ask } = setUp(no);

    await Promise.all([ask(need()), ask(need()), ask(need())]);

    expect(clock.asked).toBe(1);
  });

  it.each([
    ['another user', { user: 'joe' }],
    ['another uid', { uid: '7' }],
    ['other groups', { groups: ['a', 'b'] }],
    ['other extra', { extra: { scopes: ['x'] } }],
  ])('never answer for %s', async (_, changes) => {
    const { clock, ask } = setUp(yes);

    await ask(need());
    await ask(need(changes));

    expect(clock.asked).toBe(2);
  });

  it('keep a bounded number, the newest', async () => {
    const { clock, ask } = setUp(yes);

    for (let user = 0; user <= 1000; user += 1) await ask(need({ user: `user-${user}` }));
    const before = clock.asked;
    await ask(need({ user: 'user-1000' }));
    await ask(need({ user: 'user-0' }));

    expect(clock.asked - before).toBe(1);
  });
});

describe('the API server', () => {
  const slice = {
    endpoints: [{ addresses: ['192.0.2.10', '2001:DB8::1'] }, { addresses: ['not an address', 7] }],
  };

  it('is known by its certificate, its EndpointSlice and the Service ranges, all canonical', () => {
    const facts = apiServerFacts({
      peer: [
        'API.example.com',
        '10.0.0.1',
        'kubernetes.default.svc.corp.example',
        '::ffff:10.9.9.9',
      ],
      endpointSlice: slice,
      serviceCidrs: [{ spec: { cidrs: ['10.0.0.0/24', 'fd00::/108'] } }],
    });

    expect(facts).toEqual({
      names: ['api.example.com', 'kubernetes.default.svc.corp.example'],
      addresses: ['10.0.0.1', '10.9.9.9', '192.0.2.10', '2001:db8::1'],
      serviceRanges: ['10.0.0.0/24', 'fd00::/108'],
      clusterDomain: 'corp.example',
    });
  });

  it('is unknown while one of its sources cannot be read, and is asked again at once', async () => {
    const paths: string[] = [];
    let isDown = true;
    const ask = rememberedApiServerFacts(
      {
        readObject: (path) => {
          paths.push(path);
          return Promise.resolve(
            isDown ? { kind: 'unavailable', why: 'forbidden' } : { kind: 'absent' },
          );
        },
        peerNames: () => Promise.resolve(['127.0.0.1']),
      },
      () => 0,
    );

    const first = await ask();
    isDown = false;
    const second = await ask();
    await ask();

    expect(first).toEqual({ state: 'unavailable', why: 'forbidden' });
    expect(second).toMatchObject({
      state: 'known',
      value: { addresses: ['127.0.0.1'], serviceRanges: [] },
    });
    expect(paths).toHaveLength(4);
  });
});

describe('offline', () => {
  it('assumes the kubelet reviews allowed and the everything-review not, and says so', async () => {
    const resolve = offlineResolver({ objects: [], access: new Map() });

    const answers = await Promise.all([
      resolve(need()),
      resolve({ ...need(), assumption: 'everything' }),
      resolve({ kind: 'api-server' }),
    ]);

    expect(answers.map(({ answer }) => answer)).toEqual([
      { state: 'known', value: true, assumed: true },
      { state: 'known', value: false, assumed: true },
      expect.objectContaining({ state: 'known', assumed: true }),
    ]);
  });

  it('believes what it was given, and does not call it assumed', async () => {
    const objects = [
      {
        kind: 'EndpointSlice',
        metadata: { namespace: 'default', name: 'kubernetes' },
        endpoints: [{ addresses: ['192.0.2.10'] }],
      },
      {
        kind: 'EndpointSlice',
        metadata: { namespace: 'tenant', name: 'kubernetes' },
        endpoints: [{ addresses: ['192.0.2.66'] }],
      },
      { kind: 'ServiceCIDR', spec: { cidrs: ['10.0.0.0/24'] } },
    ];
    const resolve = offlineResolver({ objects, access: new Map([['nodeclient', false]]) });

    expect((await resolve(need())).answer).toEqual({ state: 'known', value: false });
    expect((await resolve({ kind: 'api-server' })).answer).toEqual({
      state: 'known',
      value: {
        names: [],
        addresses: ['192.0.2.10'],
        serviceRanges: ['10.0.0.0/24'],
        clusterDomain: 'cluster.local',
      },
    });
  });
});

describe('a Node', () => {
  const json = {
    metadata: {
      name: 'worker-1',
      labels: { 'kubernetes.io/hostname': 'api.example.com' },
      annotations: { 'alpha.kubernetes.io/provided-node-ip': '192.0.2.66' },
    },
    spec: { providerID: 'x' },
    status: {
      addresses: [
        { type: 'Hostname', address: 'Worker-1.' },
        { type: 'InternalDNS', address: 'worker-1.corp.example' },
        { type: 'InternalIP', address: '::ffff:10.1.0.7' },
        { type: 'ExternalIP', address: 'FD00::7' },
        { type: 'Invented', address: 'evil.example' },
        { type: 'InternalIP', address: 'fe80::1%eth0' },
        { type: 'InternalIP' },
      ],
    },
  };

  it('proves what its status lists in known types, in canonical form, and nothing else', () => {
    expect(nodeFacts(json)).toEqual({
      name: 'worker-1',
      dnsNames: ['worker-1', 'worker-1.corp.example'],
      addresses: ['10.1.0.7', 'fd00::7'],
      isControlPlane: false,
      isReady: false,
    });
  });

  it.each([
    ['True', true],
    ['False', false],
    ['Unknown', false],
  ])('is Ready by its own condition only: %s', (status, isReady) => {
    const conditions = [
      { type: 'DiskPressure', status: 'True' },
      { type: 'Ready', status },
    ];

    expect(nodeFacts({ ...json, status: { ...json.status, conditions } })?.isReady).toBe(isReady);
  });

  it('is of the control plane by the label that kubelets cannot write', () => {
    const labels = { 'node-role.kubernetes.io/control-plane': '' };

    expect(nodeFacts({ ...json, metadata: { ...json.metadata, labels } })?.isControlPlane).toBe(
      true,
    );
  });

  it.each([[undefined], [{}], [{ metadata: {} }], [7]])('without a name is none: %j', (value) => {
    expect(nodeFacts(value)).toBeUndefined();
  });

  it('offline comes from the files that were given, else it is assumed absent', async () => {
    const nodeNeed = { kind: 'node', name: 'worker-1' } as const;
    const given = offlineResolver({ objects: [{ kind: 'Node', ...json }], access: new Map() });
    const nothing = offlineResolver({ objects: [], access: new Map() });

    expect((await given(nodeNeed)).answer).toEqual({ state: 'known', value: nodeFacts(json) });
    expect((await nothing(nodeNeed)).answer).toEqual({
      state: 'known',
      value: undefined,
      assumed: true,
    });
  });
});
