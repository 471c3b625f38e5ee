// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type GaugeSources, gaugesOf } from '../../../src/cli/gauges.js';
import { CSR_COLLECTION } from '../../../src/cli/requests.js';
import { Reflector } from '../../../src/kube/reflector.js';
import { createPause } from '../../../src/policy-store/pause.js';
import { createPolicyStore } from '../../../src/policy-store/policy-store.js';
import type { CsrObject } from '../../../src/request/csr-object.js';
import { parseCsrObject } from '../../../src/request/parse-csr-object.js';
import { FakeClock, settled } from '../controller/fake-clock.js';
import { ScriptedTransport } from '../kube/scripted-transport.js';

const DAY_MS = 86_400_000;

let clock: FakeClock;
let transport: ScriptedTransport;
let stop: AbortController;
let stopped: Promise<void>;
let gauges: ReturnType<typeof gaugesOf>;

beforeEach(async () => {
  clock = new FakeClock();
  transport = new ScriptedTransport();
  stop = new AbortController();
  const nowMs = (): number => clock.nowMs();
  const requests = new Reflector<CsrObject>({
    transport,
    clock,
    random: () => 0.5,
    path: CSR_COLLECTION,
    parse: (json) => {
      const csr = parseCsrObject(json);
      return csr.ok ? { key: csr.value.name, value: csr.value } : undefined;
    },
    onChange: () => {},
  });
  const sources: GaugeSources = {
    nowMs,
    requests,
    approver: {
      reconcile: () => Promise.resolve({ kind: 'done' }),
      wokenBy: () => [],
      outcomeOf: () => undefined,
    },
    policy: createPolicyStore({ nowMs, observe: () => {} }),
    pause: createPause({ nowMs, observe: () => {} }),
    cas: {
      lives: () => [
        { signerName: 'example.com/mesh', notBeforeMs: DAY_MS, notAfterMs: 8 * DAY_MS },
      ],
      troubles: () => [],
    },
    lease: { isHeld: () => true },
    missingRights: () => 0,
    controllers: ['approver'],
    signerLabel: (signerName) => signerName,
  };
  gauges = gaugesOf(sources);
  stopped = requests.start(stop.signal);
  await settled();
});

afterEach(async () => {
  stop.abort();
  await stopped;
});

const ageSeconds = (): number | undefined => gauges.watchAge?.()[0]?.value;

describe('the age of what is known of the requests', () => {
  it('grows from the start where the first list is refused', async () => {
    await transport.last.refuse(500);
    clock.advance(301_000);
    await settled();

    expect(ageSeconds()).toBe(301);
  });

  it('is counted from the list once there was one', async () => {
    clock.advance(301_000);
    await transport.last.open();
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    await transport.last.send({
      type: 'BOOKMARK',
      object: { metadata: { resourceVersion: '10', annotations } },
    });
    clock.advance(20_000);

    expect(ageSeconds()).toBe(20);
  });
});

describe('the gauges', () => {
  it('tell the whole life of a CA, so that an alert knows what is short for it', () => {
    const labels = { signer: 'example.com/mesh' };

    expect([gauges.caBeginning?.(), gauges.caExpiry?.()]).toEqual([
      [{ labels, value: 86_400 }],
      [{ labels, value: 8 * 86_400 }],
    ]);
  });

  it('show each kind of undecided request also where there is none', () => {
    const outcomes = gauges.undecided?.().map(({ labels }) => labels?.['outcome']);

    expect(outcomes).toEqual(['unjudged', 'wait', 'review', 'leave', 'unmatched']);
  });
});
