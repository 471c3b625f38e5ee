// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { NOW_MS } from '../../support/decide.js';
import { chainOf, namedCa } from '../../support/trust.js';
import { Place, trustCluster } from './trust-cluster.js';

const HOUR_MS = 3_600_000;
const [old, young, smuggled] = await Promise.all([
  namedCa('old'),
  namedCa('young'),
  namedCa('smuggled'),
]);
const [OLD, YOUNG] = [old.certificate, young.certificate];

const setUp = (...values: readonly (string | undefined)[]) =>
  trustCluster(
    chainOf(old),
    values.map((value, index) => new Place(`place ${index + 1}`, value)),
  );

const textsOf = ({ record, places }: ReturnType<typeof setUp>) => [
  record.value,
  ...places.map(({ value }) => value),
];

describe('the trust of a signer', () => {
  it('is recorded first, then published everywhere, and each is told once', async () => {
    const cluster = setUp(undefined, 'of an earlier process');

    await cluster.look();
    await cluster.look();

    expect(textsOf(cluster)).toEqual([OLD, OLD, OLD]);
    expect(cluster.told).toEqual(['recorded +1 -0', 'place 1: new', 'place 2: outdated']);
    expect([cluster.record.writes, ...cluster.places.map(({ writes }) => writes)]).toEqual([
      1, 1, 1,
    ]);
  });

  it('is looked at again when the first of it expires', async () => {
    const cluster = setUp(undefined);
    const until = old.anchor.notAfterMs - NOW_MS;

    expect(await cluster.look()).toEqual({ kind: 'again', afterMs: until });
  });

  it('holds what was recorded, also after a restart', async () => {
    const cluster = setUp(undefined);
    await cluster.look();
    cluster.restart();
    cluster.chain = chainOf(young);

    await cluster.look();

    expect(textsOf(cluster)).toEqual([YOUNG + OLD, YOUNG + OLD]);
    expect(cluster.told.slice(2)).toEqual(['recorded +1 -0', 'place 1: outdated']);
  });

  it('never takes anything from a place', async () => {
    const cluster = setUp(OLD + smuggled.certificate);

    await cluster.look();
    cluster.places[0]?.edit(OLD + smuggled.certificate);
    await cluster.look();

    expect(textsOf(cluster)).toEqual([OLD, OLD]);
    expect(cluster.told).toEqual(['recorded +1 -0', 'place 1: outdated', 'place 1: edited']);
  });

  it('is put right where somebody deleted or emptied it', async () => {
    const cluster = setUp(undefined, undefined);
    await cluster.look();

    cluster.places[0]?.edit(undefined, false);
    cluster.places[1]?.edit(undefined);
    await cluster.look();

    expect(textsOf(cluster)).toEqual([OLD, OLD, OLD]);
    expect(cluster.told.slice(3)).toEqual(['place 1: deleted', 'place 2: edited']);
  });

  it('loses what is dropped, from the record first', async () => {
    const cluster = setUp(undefined);
    await cluster.look();
    cluster.chain = chainOf(young);
    await cluster.look();

    cluster.drop = [old.sha256];
    await cluster.look();

    expect(textsOf(cluster)).toEqual([YOUNG, YOUNG]);
    expect(cluster.told.slice(-2)).toEqual(['recorded +0 -1', 'place 1: outdated']);
  });

  it('keeps what the CA that signs needs, which is told once', async () => {
    const cluster = setUp(undefined);
    cluster.drop = [old.sha256];

    await cluster.look();
    await cluster.look();

    expect(textsOf(cluster)).toEqual([OLD, OLD]);
    expect(cluster.told).toEqual(['needed 1', 'recorded +1 -0', 'place 1: new']);
  });

  it('loses what has expired by itself', async () => {
    const short = await namedCa('short', { notAfterMs: NOW_MS + HOUR_MS });
    const cluster = setUp(undefined);
    cluster.record.edit(OLD + short.certificate);
    await cluster.look();

    cluster.nowMs += HOUR_MS;
    await cluster.look();

    expect(textsOf(cluster)).toEqual([OLD, OLD]);
    expect(cluster.told.slice(-2)).toEqual(['recorded +0 -1', 'place 1: outdated']);
  });

  it('is kept right from the record while no CA can be read', async () => {
    const cluster = setUp('something else');
    cluster.record.edit(OLD);
    cluster.chain = undefined;
    cluster.drop = [old.sha256];

    expect(await cluster.look()).toEqual({ kind: 'again', afterMs: 30_000 });
    expect(textsOf(cluster)).toEqual([OLD, OLD]);
    expect(cluster.attempts).toBe(0);
  });

  it('is never emptied: when all has expired, what is published stays', async () => {
    const short = await namedCa('short', { notAfterMs: NOW_MS + HOUR_MS });
    const cluster = setUp(undefined);
    cluster.chain = chainOf(short);
    await cluster.look();

    cluster.nowMs += HOUR_MS;
    cluster.chain = undefined;
    await cluster.look();
    await cluster.look();

    expect(textsOf(cluster)).toEqual([short.certificate, short.certificate]);
    expect(cluster.told.slice(2)).toEqual([
      'the record: every certificate has expired; what was published stays as it is',
    ]);
  });

  it('leaves out what the record holds and nobody can read', async () => {
    const cluster = setUp(undefined);
    cluster.record.edit(`${OLD}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`);

    await cluster.look();

    expect(textsOf(cluster)).toEqual([OLD, OLD]);
  });

  it('is left as it is by a signer that publishes no more', async () => {
    const cluster = setUp(undefined);
    await cluster.look();

    cluster.isPublishing = false;
    cluster.places[0]?.edit('of somebody');

    expect(await cluster.look()).toEqual({ kind: 'done' });
    expect(textsOf(cluster)).toEqual([OLD, 'of somebody']);
  });
});

describe('nothing is written', () => {
  it('by a process that may not write: another one leads, or there is a pause', async () => {
    const cluster = setUp(undefined);
    cluster.isHeld = false;

    expect(await cluster.look()).toEqual({ kind: 'done' });
    expect(textsOf(cluster)).toEqual([undefined, undefined]);
    expect(cluster.attempts).toBe(0);
  });

  it('before the record was seen', async () => {
    const cluster = setUp(undefined);
    cluster.isRecordSeen = false;

    expect(await cluster.look()).toEqual({ kind: 'done' });
    expect(textsOf(cluster)).toEqual([undefined, undefined]);
    expect(cluster.attempts).toBe(0);
  });

  it('without a record, which is told once; and nobody waits for it', async () => {
    const cluster = setUp('of an earlier process');
    cluster.record.edit(undefined, false);

    await cluster.look();
    await cluster.look();

    expect(textsOf(cluster)).toEqual([undefined, 'of an earlier process']);
    expect(cluster.told).toEqual([
      'the record: there is no such ConfigMap, so nothing is published',
    ]);
    expect(cluster.attempts).toBe(2);
  });

  it('to a place that was not seen yet: then publishing was not tried', async () => {
    const cluster = setUp(undefined, undefined);
    const [first] = cluster.places;
    if (first !== undefined) first.state = 'unseen';

    await cluster.look();

    expect(textsOf(cluster)).toEqual([OLD, undefined, OLD]);
    expect(cluster.attempts).toBe(0);
  });

  it('to a namespace that is not there or ends, until it is open; and nobody waits for it', async () => {
    const cluster = setUp(undefined);
    const [place] = cluster.places;
    if (place !== undefined) place.state = 'closed';
    await cluster.look();
    expect([textsOf(cluster), cluster.attempts]).toEqual([[OLD, undefined], 1]);

    if (place !== undefined) place.state = 'open';
    await cluster.look();

    expect(textsOf(cluster)).toEqual([OLD, OLD]);
  });
});

describe('what cannot be recorded', () => {
  const trouble = { kind: 'forbidden', message: 'no patch' } as const;

  it('is not published, while what was recorded is kept right', async () => {
    const cluster = setUp('of somebody');
    cluster.record.edit(OLD);
    cluster.chain = chainOf(young);
    cluster.record.troubles.push(trouble, trouble);

    const results = [await cluster.look(), await cluster.look()];

    expect(results).toEqual([{ kind: 'retry' }, { kind: 'retry' }]);
    expect(textsOf(cluster)).toEqual([OLD, OLD]);
    expect(cluster.told).toEqual(['the record: no patch', 'place 1: outdated']);
    expect(cluster.attempts).toBe(2);
  });

  it.each(['conflict', 'gone'] as const)(
    'because of a %s is looked at again, and nothing happens before',
    async (kind) => {
      const cluster = setUp(undefined);
      cluster.record.troubles.push({ kind });

      const first = await cluster.look();
      expect([first, cluster.attempts]).toEqual([{ kind: 'retry' }, 0]);
      await cluster.look();

      expect(textsOf(cluster)).toEqual([OLD, OLD]);
      expect(cluster.told).toEqual(['recorded +1 -0', 'place 1: new']);
    },
  );
});

describe('a place that cannot be written', () => {
  const refusal = { kind: 'failed', code: 'Invalid', message: 'it is immutable' } as const;

  it('is tried again after a while that doubles, and told once; the others are published', async () => {
    const cluster = setUp(undefined, undefined);
    const [first] = cluster.places;
    first?.troubles.push(refusal, refusal);

    const waits = [await cluster.look(), await cluster.look()];
    cluster.nowMs += 200;
    waits.push(await cluster.look());
    cluster.nowMs += 400;
    await cluster.look();

    expect(waits).toEqual([200, 200, 400].map((afterMs) => ({ kind: 'again', afterMs })));
    expect(textsOf(cluster)).toEqual([OLD, OLD, OLD]);
    expect(cluster.told).toEqual([
      'recorded +1 -0',
      'place 1: Invalid: it is immutable',
      'place 2: new',
      'place 1: new',
    ]);
    expect(cluster.attempts).toBe(4);
  });

  it('is tried at once when it has changed', async () => {
    const cluster = setUp('of somebody');
    const [place] = cluster.places;
    place?.troubles.push(refusal);
    await cluster.look();

    place?.edit('of somebody, and not immutable any more');
    await cluster.look();

    expect(textsOf(cluster)).toEqual([OLD, OLD]);
  });

  it('waits as long as the server asks for', async () => {
    const cluster = setUp(undefined);
    cluster.places[0]?.troubles.push({ ...refusal, retryAfterMs: 5_000 });

    expect(await cluster.look()).toEqual({ kind: 'again', afterMs: 5_000 });
  });

  it('because of a conflict is looked at again, and nothing is told', async () => {
    const cluster = setUp(undefined);
    cluster.places[0]?.troubles.push({ kind: 'conflict' });

    expect(await cluster.look()).toEqual({ kind: 'again', afterMs: 200 });
    await cluster.look();

    expect(cluster.told).toEqual(['recorded +1 -0', 'place 1: new']);
  });
});

describe('somebody who undoes each write', () => {
  it('is followed ten times a minute, and told about', async () => {
    const cluster = setUp(undefined);
    await cluster.look();
    const [place] = cluster.places;
    for (let edits = 0; edits < 30; edits += 1) {
      place?.edit(`edit ${edits}`);
      await cluster.look();
      cluster.nowMs += 1_000;
    }

    expect(place?.writes).toBe(11);
    expect(cluster.told.slice(-1)).toEqual(['place 1: contested for 50000 ms']);
    cluster.nowMs += 30_000;
    await cluster.look();
    expect(textsOf(cluster)).toEqual([OLD, OLD]);
  });

  it('does not keep what is new from where he left it alone', async () => {
    const cluster = setUp(undefined);
    await cluster.look();
    for (let edits = 0; edits < 10; edits += 1) {
      cluster.places[0]?.edit(`edit ${edits}`);
      await cluster.look();
    }

    cluster.chain = chainOf(young);
    await cluster.look();

    expect(textsOf(cluster)).toEqual([YOUNG + OLD, YOUNG + OLD]);
  });
});
