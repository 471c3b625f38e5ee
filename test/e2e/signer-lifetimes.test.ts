// SPDX-License-Identifier: Apache-2.0
// The lifetimes of Kubernetes' own integration test, as data (kind duration-integration), put to the real
// kube-controller-manager and to our signer; the API server itself says whether a wish was honored.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sharedServer } from '../support/control-plane-handle.js';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';
import { startCluster, USER_SIGNER } from './cluster.js';
import { lastingCa } from './signer-parity/authorities.js';
import { observe, type Run } from './signer-parity/observe.js';
import { controllerManagerIn, everywhere, ourselvesIn, type Side } from './signer-parity/stage.js';
import { type Wanted, wanted } from './signer-parity/wanted.js';

interface DurationCase {
  readonly id: string;
  readonly kind: string;
  readonly input: {
    readonly usages?: readonly string[];
    readonly commonName?: string;
    readonly clusterSigningDurationSeconds?: number;
    readonly expirationSeconds?: number | null;
  };
  readonly expect: { readonly validitySeconds?: number; readonly createError?: string };
}

const TIMEOUT_MS = 120_000;
const COUNTER = 'apiserver_certificates_registry_csr';

const fixture = new URL('../fixtures/upstream-cases.json', import.meta.url);
const cases = (JSON.parse(readFileSync(fixture, 'utf8')) as readonly DurationCase[]).filter(
  ({ kind }) => kind === 'duration-integration',
);
const byId = (test: (one: DurationCase) => boolean) =>
  cases.filter(test).map((each) => [each.id, each] as const);
const lasting = byId((one) => one.expect.validitySeconds !== undefined);
const refused = byId((one) => one.expect.createError !== undefined);

/** Envtest's folder has no kube-controller-manager. */
const isThere = existsSync(join(sharedServer().binDir ?? '', 'kube-controller-manager'));
const describeWhereItIs = isThere ? describe : describe.skip;
const sides = isThere
  ? await Promise.all([startCluster().then(controllerManagerIn), startCluster().then(ourselvesIn)])
  : undefined;

const wantedBy = ({ input }: DurationCase): Wanted =>
  wanted('client', {
    usages: input.usages ?? [],
    ...(typeof input.expirationSeconds === 'number'
      ? { expirationSeconds: input.expirationSeconds }
      : {}),
  });

async function counted({ cluster }: Side, counter: 'honored' | 'requested'): Promise<number> {
  const { text } = await cluster.api.get('/metrics');
  const line = `${COUNTER}_${counter}_duration_total{signerName="${USER_SIGNER}"} `;
  return Number(
    text
      .split('\n')
      .find((each) => each.startsWith(line))
      ?.slice(line.length) ?? 0,
  );
}

describeWhereItIs('the lifetimes of the integration test of Kubernetes', () => {
  let run: Run;
  beforeAll(async () => {
    if (sides === undefined) throw new Error('there is no kube-controller-manager');
    const [ttlSeconds = 0, ...others] = new Set(
      lasting.map(([, { input }]) => input.clusterSigningDurationSeconds ?? 0),
    );
    if (others.length > 0)
      throw new Error('the cases do not have one and the same longest lifetime');
    const requests = Object.fromEntries(lasting.map(([id, one]) => [id, wantedBy(one)]));
    run = await observe(sides, requests, { cas: everywhere(await lastingCa()), ttlSeconds });
  }, TIMEOUT_MS);

  it('are among the cases', () => {
    expect([lasting.length, refused.length]).toEqual([6, 2]);
  });

  it.each(lasting)('%s', (id, { expect: { validitySeconds = 0 } }) => {
    const read = run.observations.find(({ what }) => what === id)?.read;

    const seconds = [read?.theirs, read?.ours].map(
      (each) => ((each?.notAfterMs ?? 0) - (each?.notBeforeMs ?? 0)) / 1000,
    );
    expect(seconds).toEqual([validitySeconds, validitySeconds]);
  });

  it.each(refused)('%s', async (id, { input, expect: { createError = '' } }) => {
    const pem = await makeCsr({ cn: input.commonName ?? '' });
    const { usages = [], expirationSeconds } = input;
    const name = /"(invalid-csr-\d+)"/.exec(createError)?.[1] ?? id;
    const object = csrObject(pem, {
      name,
      signerName: USER_SIGNER,
      usages,
      ...(typeof expirationSeconds === 'number' ? { expirationSeconds } : {}),
    });

    const response = await sides?.[1].cluster.api.create(CSR_PATH, object);

    expect(response?.status).toBe(422);
    expect(createError).toContain(response?.failure?.message ?? 'no failure');
  });

  it('are honored by both in the eyes of the API server', async () => {
    const wishes = lasting.filter(([, one]) => typeof one.input.expirationSeconds === 'number');

    const counts = await Promise.all(
      (sides ?? []).map(async (side) => [
        await counted(side, 'requested'),
        await counted(side, 'honored'),
      ]),
    );

    expect(counts).toEqual([
      [wishes.length, wishes.length],
      [wishes.length, wishes.length],
    ]);
  });
});
