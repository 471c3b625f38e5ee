// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../support/api-client.js';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { recordCsrHistory } from '../support/csr-history.js';
import type { CsrHistory } from '../support/csr-history.js';
import { untilTrue } from '../support/eventually.js';
import { startMeddlingProxy } from '../support/meddling-proxy.js';
import type { Ending, RunningController } from '../support/running-controller.js';
import { certificateOf, decisionsOf, startCluster } from './cluster.js';
import { developer, developersPolicy } from './policies.js';

const REQUESTS = 200;
/** Every fourth request is for another user's name. */
const isToBeDenied = (index: number): boolean => index % 4 === 3;
const KILLED_AT_DECISION = 60;
const AT_LEAST = 20;
/** A restarted controller has at most this left to do; generous for a busy machine. */
const ALL_DONE_WITHIN_MS = 30_000;

const cluster = await startCluster();
const proxy = await startMeddlingProxy(cluster.plane, {
  certPem: cluster.plane.adminCertPem,
  keyPem: cluster.plane.adminKeyPem,
});
const policyFile = await cluster.file('policy.yaml', await developersPolicy(cluster));
const names = Array.from({ length: REQUESTS }, (_, index) => `backlog-${index}`);

const all = async (): Promise<ReadonlyMap<string, ApiObject>> => {
  const { items } = (await cluster.api.get(CSR_PATH)).body;
  return new Map(items.map((object) => [object.metadata.name, object]));
};
const isDone = (object: ApiObject): boolean =>
  decisionsOf(object).some(({ type }) => type === 'Denied') || certificateOf(object) !== '';

async function askForAll(): Promise<void> {
  const own = await makeCsr({ cn: 'jane', o: ['qa'] });
  const foreign = await makeCsr({ cn: 'admin', o: ['qa'] });
  for (let first = 0; first < REQUESTS; first += 20) {
    const batch = names.slice(first, first + 20).map((name, offset) =>
      cluster.ask(name, {
        pem: isToBeDenied(first + offset) ? foreign : own,
        as: developer('jane'),
      }),
    );
    // In batches: a server answers a hundred calls at once with 429.
    await Promise.all(batch);
  }
}

/** Kills the controller at the moment in which its decision of that number is on its way to the server. */
async function runUntilKilled(): Promise<Ending> {
  const controller = cluster.run(
    ['--policy-file', policyFile],
    await cluster.kubeconfig('through-proxy', 'none', proxy),
  );
  return new Promise((resolve) => {
    let decisions = 0;
    proxy.meddle(({ method, path }) => {
      if (method === 'PATCH' && path.includes('/approval')) decisions += 1;
      if (decisions === KILLED_AT_DECISION) void controller.kill().then(resolve);
      return decisions <= KILLED_AT_DECISION ? 'pass' : 'cut';
    });
  });
}

describe(`a controller that is killed in the middle of ${REQUESTS} requests`, () => {
  let history: CsrHistory;
  let ending: Ending;
  let atKill: ReadonlyMap<string, ApiObject>;
  let atEnd: ReadonlyMap<string, ApiObject>;
  let second: RunningController;

  beforeAll(async () => {
    history = await recordCsrHistory(cluster.api);
    await askForAll();
    ending = await runUntilKilled();
    await untilTrue('what was on its way has arrived', () =>
      proxy.calls
        .filter(({ method, meddling }) => method === 'PATCH' && meddling === 'pass')
        .every(({ status }) => status !== undefined),
    );
    atKill = await all();
    second = cluster.run(['--policy-file', policyFile]);
    await untilTrue(
      'everything is decided and issued',
      async () => [...(await all()).values()].every(isDone),
      ALL_DONE_WITHIN_MS,
    );
    await second.stop();
    atEnd = await all();
    await history.caughtUp();
  }, 60_000);

  afterAll(() => proxy.stop());

  it('left work that was done and work that was not', () => {
    const decided = [...atKill.values()].filter((object) => decisionsOf(object).length > 0);

    expect(ending.signal).toBe('SIGKILL');
    expect(decided.length).toBeGreaterThanOrEqual(AT_LEAST);
    expect(REQUESTS - decided.length).toBeGreaterThanOrEqual(AT_LEAST);
  });

  it('is followed by one that decides the rest, each request rightly and once', () => {
    expect(atEnd.size).toBe(REQUESTS);
    for (const [index, name] of names.entries()) {
      const types = decisionsOf(atEnd.get(name) as ApiObject).map(({ type }) => type);
      expect([name, types]).toEqual([name, [isToBeDenied(index) ? 'Denied' : 'Approved']]);
    }
  });

  it('changes no decision and no certificate that was there', () => {
    const before = [...atKill.values()];
    const after = (object: ApiObject): ApiObject => atEnd.get(object.metadata.name) as ApiObject;

    const decided = before.filter((object) => decisionsOf(object).length > 0);
    expect(decided.map(after).map(decisionsOf)).toEqual(decided.map(decisionsOf));
    const issued = before.filter((object) => certificateOf(object) !== '');
    expect(issued.map(after).map(certificateOf)).toEqual(issued.map(certificateOf));
  });

  it('writes to each object once for the decision and once for the certificate, ever', () => {
    for (const [index, name] of names.entries()) {
      const states = history.statesOf(name).map((object) => ({
        decisions: decisionsOf(object).length,
        certificate: certificateOf(object) !== '',
      }));

      // A state is a write: nobody wrote anything else in between.
      const writes = [
        { decisions: 0, certificate: false },
        { decisions: 1, certificate: false },
        ...(isToBeDenied(index) ? [] : [{ decisions: 1, certificate: true }]),
      ];
      expect([name, states]).toEqual([name, writes]);
    }
  });

  it('tells each decision once, in the log of the one that made it', () => {
    const told = second.linesOf('certificate request decided').map(({ csr }) => String(csr));
    const undecided = names.filter(
      (name) => decisionsOf(atKill.get(name) as ApiObject).length === 0,
    );

    expect(told.toSorted()).toEqual(undecided.toSorted());
  });
});
