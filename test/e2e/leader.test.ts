// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordCsrHistory } from '../support/csr-history.js';
import type { CsrHistory } from '../support/csr-history.js';
import { eventually, untilTrue } from '../support/eventually.js';
import { type MeddlingProxy, startMeddlingProxy } from '../support/meddling-proxy.js';
import type { RunningController } from '../support/running-controller.js';
import { certificateOf, decisionsOf, startCluster } from './cluster.js';
import { developer, developersPolicy } from './policies.js';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-csr-approver';

/** What is promised, with three times slack: 3 s after SIGTERM, 20 s otherwise. */
const AFTER_SIGTERM_MS = 9_000;
const TAKE_OVER_MS = 60_000;
/** Others may take the Lease after 15 s. */
const LEASE_MS = 15_000;

/** The wall clock of this replica is an hour ahead from the second second of its life. */
const JUMPING_CLOCK = `data:text/javascript,${encodeURIComponent(`
  const real = Date.now, began = real();
  Date.now = () => real() + (real() - began > 2000 ? 3600000 : 0);
`)}`;

interface Replica {
  readonly name: string;
  readonly controller: RunningController;
  readonly proxy: MeddlingProxy;
}

const cluster = await startCluster();
const policyFile = await cluster.file('policy.yaml', await developersPolicy(cluster));
const replicas: Replica[] = [];

/** A replica behind a proxy of its own, whose network can be cut. */
async function start(name: string, env: NodeJS.ProcessEnv = {}): Promise<Replica> {
  const { adminCertPem: certPem, adminKeyPem: keyPem } = cluster.plane;
  const proxy = await startMeddlingProxy(cluster.plane, { certPem, keyPem });
  const controller = cluster.run(
    ['--policy-file', policyFile, '--leader-elect', 'true'],
    await cluster.kubeconfig(`as-${name}`, 'none', proxy),
    env,
  );
  const replica = { name, controller, proxy };
  replicas.push(replica);
  await controller.line('started');
  return replica;
}

const leads = ({ controller }: Replica): number =>
  controller.linesOf('leading').length - controller.linesOf('not leading any more').length;

const holder = async (): Promise<string> => {
  const { body } = await cluster.api.get(LEASE);
  return (body as { spec?: { holderIdentity?: string } }).spec?.holderIdentity ?? '';
};

let asked = 0;
/** Asks for a certificate and waits until it is issued, and told of; the request's name. */
async function issueOne(deadlineMs?: number): Promise<string> {
  asked += 1;
  const name = `of-leader-${asked}`;
  await cluster.ask(name, { as: developer('jane') });
  await issuedAndTold(name, deadlineMs);
  return name;
}

async function issuedAndTold(name: string, deadlineMs?: number): Promise<void> {
  await cluster.issued(name, deadlineMs);
  await untilTrue(`${name} is told of`, () => decidedBy(name).length > 0);
}

const decidedBy = (name: string): readonly string[] =>
  replicas
    .filter(
      ({ controller }) =>
        controller.linesOf('certificate request decided', { csr: name }).length > 0,
    )
    .map((replica) => replica.name);

describe('two replicas', () => {
  let history: CsrHistory;

  beforeAll(async () => {
    history = await recordCsrHistory(cluster.api);
  });
  afterAll(() => Promise.all(replicas.map(({ proxy }) => proxy.stop())));

  it('let one decide, and the other knows all that it would need', async () => {
    const first = await start('first');
    await first.controller.line('leading');
    const second = await start('second');

    const name = await issueOne();

    expect(decidedBy(name)).toEqual(['first']);
    expect(leads(second)).toBe(0);
    await untilTrue('the other has listed the requests', () =>
      second.proxy.calls.some(
        ({ path, status }) => path.includes('certificatesigningrequests') && status === 200,
      ),
    );
  });

  it('hand over within moments when the leader is told to stop', async () => {
    const [first, second] = replicas as [Replica, Replica];

    const ending = await first.controller.stop();
    const name = await issueOne(AFTER_SIGTERM_MS);

    expect(ending.code).toBe(0);
    expect(decidedBy(name)).toEqual(['second']);
    expect(leads(second)).toBe(1);
  });

  it(
    'hand over when the leader is killed, and not before its Lease has ended',
    async () => {
      const second = replicas[1] as Replica;
      const third = await start('third', { NODE_OPTIONS: `--import ${JUMPING_CLOCK}` });
      const killedAtMs = performance.now();

      await second.controller.kill();
      const name = await issueOne(TAKE_OVER_MS);

      // From its last renewal, which was two seconds ago at most, and with a look every two seconds.
      expect(performance.now() - killedAtMs).toBeGreaterThan(LEASE_MS - 4_000);
      expect(decidedBy(name)).toEqual(['third']);
      expect(await holder()).toContain('_');
      expect(third.controller.linesOf('lease not reachable')).toEqual([]);
    },
    TAKE_OVER_MS,
  );

  it('do not care that the clock of one jumps by an hour', async () => {
    const third = replicas[2] as Replica;
    const fourth = await start('fourth', { NODE_OPTIONS: `--import ${JUMPING_CLOCK}` });
    const renewals = (): number =>
      third.proxy.calls.filter(({ method, path }) => method === 'PUT' && path.includes('/leases/'))
        .length;

    const before = renewals();
    await untilTrue(
      'the leader has renewed after the jump',
      () => renewals() >= before + 3,
      30_000,
    );

    expect([leads(third), leads(fourth)]).toEqual([1, 0]);
  }, 40_000);

  it(
    'do not decide twice when the leader stood still past its time',
    async () => {
      const [, , third, fourth] = replicas as [Replica, Replica, Replica, Replica];

      third.controller.signal('SIGSTOP');
      const whileStopped = await issueOne(TAKE_OVER_MS);
      asked += 1;
      const name = `of-leader-${asked}`;
      third.controller.signal('SIGCONT');
      await cluster.ask(name, { as: developer('jane') });
      await issuedAndTold(name);
      await third.controller.line('not leading any more');

      expect(decidedBy(whileStopped)).toEqual(['fourth']);
      expect(decidedBy(name)).toEqual(['fourth']);
      expect(leads(fourth)).toBe(1);
    },
    TAKE_OVER_MS,
  );

  it(
    'stop writing when they are cut off, before the other begins',
    async () => {
      const [, , third, fourth] = replicas as [Replica, Replica, Replica, Replica];

      fourth.proxy.meddle(() => 'cut');
      fourth.proxy.cutAll();
      const lost = await eventually(
        'the leader has noticed',
        () => fourth.controller.linesOf('not leading any more').at(0),
        TAKE_OVER_MS,
      );
      const won = await eventually(
        'the other leads again',
        () => third.controller.linesOf('leading').at(1),
        TAKE_OVER_MS,
      );
      const name = await issueOne();

      // The clock of both is an hour ahead, so that their lines compare.
      expect(Date.parse(lost.time)).toBeLessThanOrEqual(Date.parse(won.time));
      expect(decidedBy(name)).toEqual(['third']);
    },
    TAKE_OVER_MS,
  );

  it('wrote each decision and each certificate once', async () => {
    await history.caughtUp();
    for (let number = 1; number <= asked; number += 1) {
      const states = history.statesOf(`of-leader-${number}`).map((object) => ({
        decisions: decisionsOf(object).length,
        certificate: certificateOf(object) !== '',
      }));
      expect([number, states]).toEqual([
        number,
        [
          { decisions: 0, certificate: false },
          { decisions: 1, certificate: false },
          { decisions: 1, certificate: true },
        ],
      ]);
      expect(decidedBy(`of-leader-${number}`)).toHaveLength(1);
    }
  });
});
