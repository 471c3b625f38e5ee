// SPDX-License-Identifier: Apache-2.0
// Our signer beside the real kube-controller-manager: the same approved requests are put to both, each in a cluster of
// its own, with the same CA. The table of differences in docs/signing.md is what was observed; UPDATE_DOCS=1 writes it.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sharedServer } from '../support/control-plane-handle.js';
import { observedIn, withObserved } from '../support/observed-part.js';
import { startCluster } from './cluster.js';
import { signedAlike } from './signer-parity/alike.js';
import {
  alikeRounds,
  type CaTexts,
  handful,
  lastingCa,
  refusedRounds,
  type RefusedAuthority,
} from './signer-parity/authorities.js';
import { signedOtherwise } from './signer-parity/differences.js';
import { type Explained, MARKS, observedText } from './signer-parity/document.js';
import { failedByBoth } from './signer-parity/failing.js';
import { type Observation, observe, type Run } from './signer-parity/observe.js';
import { controllerManagerIn, everywhere, ourselvesIn } from './signer-parity/stage.js';
import { type SignerKind, type Wanted, wanted } from './signer-parity/wanted.js';

const TIMEOUT_MS = 240_000;
const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365 * DAY_SECONDS;
const KINDS: readonly SignerKind[] = ['client', 'kubelet', 'serving', 'any'];

const page = new URL('../../docs/signing.md', import.meta.url);

/** Envtest's folder has no kube-controller-manager. */
const isThere = existsSync(join(sharedServer().binDir ?? '', 'kube-controller-manager'));
const describeWhereItIs = isThere ? describe : describe.skip;
const sides = isThere
  ? await Promise.all([startCluster().then(controllerManagerIn), startCluster().then(ourselvesIn)])
  : undefined;

const run = (
  requests: Readonly<Record<string, Wanted>>,
  cas: Readonly<Record<SignerKind, CaTexts>>,
  ttlSeconds: number,
): Promise<Run> => {
  if (sides === undefined) throw new Error('there is no kube-controller-manager');
  return observe(sides, requests, { cas, ttlSeconds });
};

const wantedOf = (
  rows: Readonly<Record<string, { readonly wanted: Wanted }>>,
): Readonly<Record<string, Wanted>> =>
  Object.fromEntries(Object.entries(rows).map(([what, row]) => [what, row.wanted]));

const authoritiesOf = async (
  make: (kind: SignerKind) => Promise<CaTexts>,
): Promise<Readonly<Record<SignerKind, CaTexts>>> =>
  Object.fromEntries(
    await Promise.all(KINDS.map(async (kind) => [kind, await make(kind)] as const)),
  ) as Record<SignerKind, CaTexts>;

const seenIn = (observed: Run, what: string): Observation => {
  const found = observed.observations.find((each) => each.what === what);
  if (found === undefined) throw new Error(`not observed: ${what}`);
  return found;
};

const briefly = ({ theirs, ours, fields }: Observation) => [theirs.kind, ours.kind, ...fields];

describeWhereItIs('of one approved request', () => {
  const main: { run?: Run } = {};
  const explained: Explained[] = [];
  const became = (what: string): Observation => {
    if (main.run === undefined) throw new Error('nothing was observed');
    return seenIn(main.run, what);
  };

  beforeAll(async () => {
    const requests = {
      ...signedAlike,
      ...wantedOf(signedOtherwise),
      ...wantedOf(failedByBoth),
    };
    main.run = await run(requests, everywhere(await lastingCa()), YEAR_SECONDS);
    explained.push(
      ...main.run.observations.map((observation) => ({
        observation,
        why: signedOtherwise[observation.what]?.why,
      })),
    );
  }, TIMEOUT_MS);

  describe('both make the same certificate, but for serial number, times and signature', () => {
    it.each(Object.keys(signedAlike))('%s', (what) => {
      expect(briefly(became(what))).toEqual(['signed', 'signed']);
    });
  });

  describe('kube-controller-manager signs, and ours signs otherwise or not', () => {
    it.each(Object.entries(signedOtherwise))('%s', (what, { otherwise }) => {
      const { theirs, ours, fields } = became(what);

      expect(theirs.kind).toBe('signed');
      expect(
        ours.kind === 'signed'
          ? { fields }
          : ours.kind === 'failed'
            ? { failed: ours.reason }
            : { waits: ours.why },
      ).toEqual(otherwise);
    });
  });

  describe('both mark it as failed', () => {
    it.each(Object.entries(failedByBoth))('%s', (what, { code }) => {
      const { theirs, ours } = became(what);

      expect([theirs, ours]).toMatchObject([
        { kind: 'failed', reason: 'SignerValidationFailure' },
        { kind: 'failed', reason: code },
      ]);
    });
  });

  it('there are enough requests, and none that only ours signs', () => {
    const all = main.run?.observations ?? [];
    expect(Object.keys(signedAlike).length).toBeGreaterThanOrEqual(200);
    expect(
      all.filter(({ theirs, ours }) => ours.kind === 'signed' && theirs.kind !== 'signed'),
    ).toEqual([]);
  });

  it('the times are those of the run, and no serial number is given twice', () => {
    const read = (main.run?.observations ?? []).flatMap((each) => each.read ?? []);
    const { startedMs = 0, endedMs = 0 } = main.run ?? {};
    for (const { theirs, ours } of read) {
      for (const { notBeforeMs } of [theirs, ours]) {
        expect(notBeforeMs).toBeGreaterThanOrEqual(startedMs - 301_000);
        expect(notBeforeMs).toBeLessThanOrEqual(endedMs - 300_000);
      }
    }
    const serials = read.flatMap(({ theirs, ours }) => [theirs.serial, ours.serial]);
    expect(new Set(serials).size).toBe(serials.length);
    // 16 octets, and one more where the first bit is set; all that is shorter is chance.
    const octets = read.map(({ ours }) => ours.serial.length / 2);
    expect(Math.max(...octets)).toBe(17);
    expect(Math.min(...octets)).toBeGreaterThanOrEqual(14);
  });

  describe.each(
    alikeRounds.map((round) => [KINDS.map((kind) => round[kind][0]).join(', '), round] as const),
  )('with %s', (_names, round) => {
    const observed: { run?: Run; cas?: Readonly<Record<SignerKind, CaTexts>> } = {};
    beforeAll(async () => {
      observed.cas = await authoritiesOf((kind) => round[kind][1]());
      observed.run = await run(handful, observed.cas, DAY_SECONDS);
    }, TIMEOUT_MS);

    it.each(Object.keys(handful))('both make the same certificate for %s', (what) => {
      if (observed.run === undefined) throw new Error('nothing was observed');
      expect(briefly(seenIn(observed.run, what))).toEqual(['signed', 'signed']);
    });
  });

  describe.each(
    refusedRounds.map((round) => [KINDS.map((kind) => round[kind][0]).join(', '), round] as const),
  )('with %s', (_names, round) => {
    const observed: { run?: Run } = {};
    const requests = Object.fromEntries(
      KINDS.map((kind) => [`any request: ${round[kind][0]}`, wanted(kind)] as const),
    );
    beforeAll(async () => {
      const cas = await authoritiesOf((kind) => round[kind][1].make());
      observed.run = await run(requests, cas, DAY_SECONDS);
      const why = new Map(
        KINDS.map((kind) => [`any request: ${round[kind][0]}`, round[kind][1].why]),
      );
      explained.push(
        ...observed.run.observations.map((observation) => ({
          observation,
          why: why.get(observation.what),
        })),
      );
    }, TIMEOUT_MS);

    it.each(KINDS.map((kind) => round[kind]))(
      'ours waits for %s',
      (what, { code }: RefusedAuthority) => {
        if (observed.run === undefined) throw new Error('nothing was observed');
        expect(seenIn(observed.run, `any request: ${what}`).ours).toEqual({
          kind: 'waits',
          why: code,
        });
      },
    );
  });

  it(
    'a chain in the file of the CA is appended here, and keeps kube-controller-manager from starting',
    async () => {
      if (sides === undefined) throw new Error('there is no kube-controller-manager');
      const [theirs, ours] = sides;
      const root = await lastingCa();
      const low = await lastingCa({ name: [{ CN: ['low'] }], issuer: root });
      const chain = { certificate: low.certificate + root.certificate, key: low.key };
      const signing = { cas: everywhere(chain), ttlSeconds: DAY_SECONDS };

      await expect(theirs.start(signing)).rejects.toThrow('expected 1 certificate, found 2');
      await ours.ask('parity-chain', wanted('client'));
      await ours.start(signing);

      const [signed] = await ours.became(['parity-chain']);
      await ours.stop();
      const pem = signed?.kind === 'signed' ? signed.pem : '';
      expect(pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
      expect(pem.endsWith(low.certificate)).toBe(true);
    },
    TIMEOUT_MS,
  );

  it('docs/signing.md tells every difference, as it was observed', () => {
    const text = observedText(explained);
    if (process.env['UPDATE_DOCS'] === '1') {
      writeFileSync(page, withObserved(readFileSync(page, 'utf8'), MARKS, text));
    }

    expect(observedIn(readFileSync(page, 'utf8'), MARKS)).toBe(text);
  });
});
