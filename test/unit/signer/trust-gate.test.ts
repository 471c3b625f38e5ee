// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import type { SignerEntry } from '../../../src/authority/signer-entry.js';
import { TrustGate } from '../../../src/signer/trust-gate.js';
import { ManualClock } from '../../support/manual-clock.js';
import { makeEntry } from '../../support/signing.js';
import { chainOf, namedCa } from '../../support/trust.js';

const [old, young] = [chainOf(await namedCa('old')), chainOf(await namedCa('young'))];

const publishing: SignerEntry = {
  ...makeEntry({ signerName: 'example.com/mesh' }),
  trust: { configMap: undefined, clusterTrustBundle: true, drop: [] },
};

/** What has happened by the time that all that is due has run. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function setUp() {
  const clock = new ManualClock();
  const end = new AbortController();
  const [woken, late, passed]: [string[], string[], string[]] = [[], [], []];
  const gate = new TrustGate({
    clock,
    signal: end.signal,
    wake: (name) => woken.push(name),
    onImpatience: (name) => late.push(name),
  });
  const pass = async (name: string, chain = old, entry = publishing): Promise<void> => {
    void gate.pass(entry, chain).then(() => passed.push(name));
    await settled();
  };
  return { clock, end, gate, woken, late, passed, pass };
}

describe('a CA signs', () => {
  it('at once for a signer that publishes nothing', async () => {
    const { passed, woken, pass } = setUp();

    await pass('one', old, makeEntry({}));

    expect([passed, woken]).toEqual([['one'], []]);
  });

  it('once publishing was tried with it, which somebody is told to do at once', async () => {
    const { gate, passed, woken, pass } = setUp();
    await pass('one');
    await pass('two');
    expect([passed, woken]).toEqual([[], ['example.com/mesh']]);

    gate.attempted('example.com/mesh', old);
    await settled();
    await pass('three');

    expect(passed).toEqual(['one', 'two', 'three']);
  });

  it.each([
    ['another CA', 'example.com/mesh', young],
    ['another signer', 'example.com/other', old],
  ])('not because publishing was tried with %s', async (_, signerName, chain) => {
    const { gate, passed, pass } = setUp();
    await pass('one');

    gate.attempted(signerName, chain);
    await settled();

    expect(passed).toEqual([]);
  });

  it('after five seconds all the same, which is told once', async () => {
    const { clock, passed, late, pass } = setUp();
    await pass('one');
    clock.advance(4_999);
    await settled();
    expect(passed).toEqual([]);

    clock.advance(1);
    await settled();
    await pass('two');

    expect([passed, late]).toEqual([['one', 'two'], ['example.com/mesh']]);
  });

  it('or whoever waits goes when the process ends', async () => {
    const { end, passed, late, pass } = setUp();
    await pass('one');

    end.abort();
    await settled();

    expect([passed, late]).toEqual([['one'], []]);
  });
});
