// SPDX-License-Identifier: Apache-2.0
// One certificate for one request: when two processes sign at the same time, and when one is killed after it signed and
// before anybody has the certificate.

import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../support/api-client.js';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { recordCsrHistory } from '../support/csr-history.js';
import { untilTrue } from '../support/eventually.js';
import {
  type MeddlingProxy,
  type ProxiedCall,
  startMeddlingProxy,
} from '../support/meddling-proxy.js';
import type { RunningController } from '../support/running-controller.js';
import { certificateOf, conditionOf, startCluster } from './cluster.js';
import { developer, developersPolicy } from './policies.js';

const REQUESTS = 200;
const ALL_DONE_WITHIN_MS = 60_000;
const ISSUED = 'certificate issued';
const LOST = 'certificate signed and not published';
/** Looks at the same time; what was on its way at a kill is at most that. */
const CONCURRENCY = 32;
const KILLED_AT_WRITE = 60;
const AT_LEAST = 20;

const cluster = await startCluster();
const policyFile = await cluster.file('policy.yaml', await developersPolicy(cluster));
const history = await recordCsrHistory(cluster.api);
const { adminCertPem: certPem, adminKeyPem: keyPem } = cluster.plane;

/** Asks for so many certificates, in batches: a server answers a hundred calls at once with 429. */
async function askForAll(label: string): Promise<readonly string[]> {
  const pem = await makeCsr({ cn: 'jane', o: ['qa'] });
  const names = Array.from({ length: REQUESTS }, (_, index) => `${label}-${index}`);
  for (let first = 0; first < REQUESTS; first += 20) {
    const batch = names.slice(first, first + 20);
    await Promise.all(batch.map((name) => cluster.ask(name, { pem, as: developer('jane') })));
  }
  return names;
}

async function all(names: readonly string[]): Promise<readonly ApiObject[]> {
  const { items } = (await cluster.api.get(CSR_PATH)).body;
  return items.filter(({ metadata }) => names.includes(metadata.name));
}

const isIssued = (object: ApiObject): boolean => certificateOf(object) !== '';

const untilAllIssued = (names: readonly string[]): Promise<void> =>
  untilTrue(
    'every request has its certificate',
    async () => (await all(names)).filter(isIssued).length === REQUESTS,
    ALL_DONE_WITHIN_MS,
  );

/** As the log writes it. */
const serialOf = (pem: string): string =>
  new X509Certificate(pem).serialNumber.toLowerCase().replace(/^0+/, '');

/** All certificates that a request ever had. */
const everOn = (name: string): readonly string[] => [
  ...new Set(history.statesOf(name).filter(isIssued).map(certificateOf)),
];

const isCertificate = ({ method, path }: ProxiedCall): boolean =>
  method === 'PATCH' && path.includes('/status');

const linesOf = (controllers: readonly RunningController[], message: string) =>
  controllers.flatMap((controller) => controller.linesOf(message));

describe('two signers without leader election, each as fast as it can', () => {
  let proxies: readonly MeddlingProxy[];
  let controllers: readonly RunningController[];
  let names: readonly string[];

  beforeAll(async () => {
    proxies = await Promise.all(
      [1, 2].map(() => startMeddlingProxy(cluster.plane, { certPem, keyPem })),
    );
    controllers = await Promise.all(
      proxies.map(async (proxy, index) =>
        cluster.run(
          ['--policy-file', policyFile],
          await cluster.kubeconfig(`racer-${index}`, 'none', proxy),
        ),
      ),
    );
    await Promise.all(controllers.map((controller) => controller.line('policy loaded')));
    names = await askForAll('raced');
    await untilAllIssued(names);
    await Promise.all(controllers.map((controller) => controller.stop()));
    await history.caughtUp();
  }, ALL_DONE_WITHIN_MS + 30_000);
  afterAll(() => Promise.all(proxies.map((proxy) => proxy.stop())));

  it('did race: both published, and both signed for the same requests', () => {
    for (const controller of controllers) {
      expect(controller.linesOf(ISSUED).length).toBeGreaterThan(0);
    }
    expect(linesOf(controllers, LOST).length).toBeGreaterThan(0);
  });

  it('publish one certificate for each request, ever', () => {
    for (const name of names) {
      const withCertificate = history.statesOf(name).filter(isIssued);
      expect([name, withCertificate.length, everOn(name).length]).toEqual([name, 1, 1]);
    }
  });

  it('tell each once as published, with its serial number, in the log of the one that did', () => {
    const told = linesOf(controllers, ISSUED).map(({ csr, serial }) => [csr, serial].join());
    const held = names.map((name) => [name, serialOf(everOn(name)[0] ?? '')].join());

    expect(told.toSorted()).toEqual(held.toSorted());
  });

  it('tell every other certificate that was signed and sent as lost', () => {
    const sent = proxies.flatMap(({ calls }) => calls.filter(isCertificate));
    const refused = sent.filter(({ status }) => status === 409);

    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([200, 409]));
    expect(linesOf(controllers, LOST)).toHaveLength(refused.length);
    const published = new Set(linesOf(controllers, ISSUED).map(({ serial }) => serial));
    const lost = linesOf(controllers, LOST).map(({ serial }) => serial);
    expect(lost.filter((serial) => published.has(serial))).toEqual([]);
    expect(new Set(lost).size).toBe(lost.length);
  });
});

describe('a signer that is killed after it signed and before anybody has the certificate', () => {
  let proxy: MeddlingProxy;
  let names: readonly string[];
  let first: RunningController;
  let second: RunningController;
  let atKill: readonly ApiObject[];

  /** Its certificates up to that number reach the server; with the next one on its way it is killed. */
  async function runUntilKilled(): Promise<void> {
    let writes = 0;
    const killed = new Promise<void>((resolve) => {
      proxy.meddle(({ method, path }) => {
        if (method !== 'PATCH' || !path.includes('/status')) return 'pass';
        writes += 1;
        if (writes === KILLED_AT_WRITE + 1) void first.kill().then(() => resolve());
        return writes <= KILLED_AT_WRITE ? 'pass' : 'cut';
      });
    });
    const kubeconfig = await cluster.kubeconfig('killed', 'none', proxy);
    first = cluster.run(['--policy-file', policyFile], kubeconfig);
    await killed;
    await untilTrue('what was on its way has arrived', () =>
      proxy.calls
        .filter(({ method, meddling }) => method === 'PATCH' && meddling === 'pass')
        .every(({ status }) => status !== undefined),
    );
  }

  beforeAll(async () => {
    proxy = await startMeddlingProxy(cluster.plane, { certPem, keyPem });
    names = await askForAll('killed');
    await runUntilKilled();
    atKill = await all(names);
    second = cluster.run(['--policy-file', policyFile]);
    await untilAllIssued(names);
    await second.stop();
    await history.caughtUp();
  }, ALL_DONE_WITHIN_MS + 30_000);
  afterAll(() => proxy.stop());

  const unsent = (): readonly string[] =>
    proxy.calls
      .filter((call) => isCertificate(call) && call.meddling === 'cut')
      .map(({ path }) => /certificatesigningrequests\/([^/]+)/.exec(path)?.[1] ?? '');

  it('leaves work undone: certificates that were signed and sent, and are nowhere', () => {
    const issued = atKill.filter(isIssued);
    const approved = atKill.filter((object) => conditionOf(object, 'Approved') !== undefined);

    expect(unsent().length).toBeGreaterThan(0);
    const left = atKill.filter((object) => unsent().includes(object.metadata.name));
    expect(left.filter(isIssued)).toEqual([]);
    expect(left.every((object) => conditionOf(object, 'Approved') !== undefined)).toBe(true);
    expect(issued.length).toBeGreaterThanOrEqual(AT_LEAST);
    expect(approved.length).toBeGreaterThan(issued.length);
    expect(REQUESTS - issued.length).toBeGreaterThanOrEqual(AT_LEAST);
  });

  it('is followed by one that signs what was left, each request once', () => {
    for (const name of names) {
      expect([name, everOn(name).length]).toEqual([name, 1]);
    }
    const left = atKill.filter((object) => !isIssued(object)).map(({ metadata }) => metadata.name);
    const told = second.linesOf(ISSUED).map(({ csr }) => String(csr));
    expect(told.toSorted()).toEqual(left.toSorted());
  });

  it('touches no certificate that was there', async () => {
    const now = new Map((await all(names)).map((each) => [each.metadata.name, each]));

    for (const object of atKill.filter(isIssued)) {
      expect(certificateOf(now.get(object.metadata.name) ?? object)).toBe(certificateOf(object));
    }
  });

  it('told what it published, but for what was on its way when it died', () => {
    const told = new Set(first.linesOf(ISSUED).map(({ csr }) => csr));
    const untold = atKill.filter(isIssued).filter(({ metadata }) => !told.has(metadata.name));

    expect(untold.length).toBeLessThanOrEqual(CONCURRENCY);
    expect([...told].filter((csr) => unsent().includes(String(csr)))).toEqual([]);
  });
});
