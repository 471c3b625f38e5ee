// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it } from '@jest/globals';
import { authorityTrouble } from '../../../src/authority/trouble.js';
import { createCaTeller } from '../../../src/cli/ca-teller.js';
import type { ApiAnswer } from '../../../src/kube/api-answer.js';
import type { Transport } from '../../../src/kube/transport.js';
import type { SigningAuthority } from '../../../src/signer/signing-authority.js';
import { createLog } from '../../../src/telemetry/log.js';
import { field, stringAt } from '../../../src/vocabulary/json.js';
import { ManualClock } from '../../support/manual-clock.js';
import { makeAuthority, makeEntry } from '../../support/signing.js';

const SECRET = { kind: 'secret', name: 'mesh-ca' } as const;
const FILES = { kind: 'files', certFile: 'ca.crt', keyFile: 'ca.key' } as const;
const TROUBLE = authorityTrouble('CaUnusable', 'the CA key is encrypted');

let authority: SigningAuthority;
beforeAll(async () => {
  authority = await makeAuthority();
});

/** A teller that may write unless a test says otherwise, and what it wrote. */
function setUp(isHeld = true) {
  const state = { isHeld, status: 201, events: [] as string[], lines: [] as string[] };
  const request = ({ body }: { readonly body?: unknown }): Promise<ApiAnswer> => {
    const name = stringAt(field(body, 'regarding'), 'name');
    const [type, reason, note] = ['type', 'reason', 'note'].map((key) => stringAt(body, key));
    state.events.push(`${name}: ${type} ${reason}: ${note}`);
    const refusal = { kind: 'refused', reason: '', message: 'no', causes: [] } as const;
    return Promise.resolve(
      state.status === 201
        ? { kind: 'ok', status: 201, body: {} }
        : { ...refusal, status: state.status },
    );
  };
  const clock = new ManualClock();
  const teller = createCaTeller({
    transport: { request } as unknown as Transport,
    clock,
    log: createLog('info', {
      write: (line) => void state.lines.push((JSON.parse(line) as { message: string }).message),
    }),
    namespace: 'cas',
    fence: { isHeld: () => state.isHeld },
    drain: new AbortController().signal,
    object: () => ({ uid: 'uid-1', resourceVersion: '7' }),
  });
  const trouble = (changes: Partial<Parameters<typeof teller.trouble>[0]> = {}): void =>
    teller.trouble({
      source: SECRET,
      trouble: TROUBLE,
      signerName: undefined,
      inUse: undefined,
      ...changes,
    });
  return { state, teller, trouble };
}

const NOTHING_SIGNED = 'mesh-ca: Warning CaUnusable: the CA key is encrypted; nothing is signed';

describe('trouble with a CA is told', () => {
  it('in the log and by an Event at its Secret', async () => {
    const { state, teller, trouble } = setUp();

    trouble();
    await teller.stopped();

    expect(state.lines).toEqual(['CA not usable']);
    expect(state.events).toEqual([NOTHING_SIGNED]);
  });

  it('with what goes on, and for whom', async () => {
    const { state, teller, trouble } = setUp();

    trouble({ inUse: authority, signerName: makeEntry({ signerName: 'a.io/b' }).signerName });
    await teller.stopped();

    expect(state.events).toEqual([
      'mesh-ca: Warning CaUnusable: signer a.io/b: the CA key is encrypted; the CA before it goes on',
    ]);
  });

  it('of files in the log alone', async () => {
    const { state, teller, trouble } = setUp();

    trouble({ source: FILES });
    await teller.stopped();

    expect([state.lines, state.events]).toEqual([['CA not usable'], []]);
  });

  it('and when the Event cannot be written, the log says so', async () => {
    const { state, teller, trouble } = setUp();
    state.status = 403;

    trouble();
    await teller.stopped();

    expect(state.lines).toEqual(['CA not usable', 'the Event about a CA could not be written']);
  });
});

describe('a replica that does not lead', () => {
  it('writes its log, and the Events when it leads', async () => {
    const { state, teller, trouble } = setUp(false);
    trouble();
    await teller.stopped();
    expect([state.lines, state.events]).toEqual([['CA not usable'], []]);

    state.isHeld = true;
    teller.wake();
    teller.wake();
    await teller.stopped();

    expect(state.events).toEqual([NOTHING_SIGNED]);
    expect(state.lines).toEqual(['CA not usable']);
  });

  it('does not tell then what was mended meanwhile, and of two troubles of a kind the newer', async () => {
    const { state, teller, trouble } = setUp(false);
    trouble();
    trouble({ trouble: authorityTrouble('CaUnusable', 'there is no CA certificate') });
    trouble({ source: { kind: 'secret', name: 'other-ca' } });
    await teller.stopped();

    teller.loaded({ kind: 'secret', name: 'other-ca' }, authority);
    state.isHeld = true;
    teller.wake();
    await teller.stopped();

    expect(state.events).toEqual([
      'mesh-ca: Warning CaUnusable: there is no CA certificate; nothing is signed',
    ]);
  });
});

describe('a CA that ends soon is told', () => {
  it('by its signer and days', async () => {
    const { state, teller } = setUp();
    const notAfterMs = Date.UTC(2027, 0, 31);

    teller.nearEnd(makeEntry({ ca: SECRET, signerName: 'a.io/b' }), authority, {
      notAfterMs,
      daysLeft: 12,
      isCutting: false,
    });
    await teller.stopped();

    expect(state.lines).toEqual(['CA ends soon']);
    expect(state.events).toEqual([
      'mesh-ca: Warning CaEndsSoon: signer a.io/b: the CA ends in 12 days, on 2027-01-31T00:00:00.000Z',
    ]);
  });
});
