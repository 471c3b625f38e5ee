// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Requesters, tellRequesters } from '../../../src/cli/tell-requesters.js';
import { type ApiAnswer, refused } from '../../../src/kube/api-answer.js';
import type { ApiRequest } from '../../../src/kube/transport.js';
import { createLog } from '../../../src/telemetry/log.js';
import type { EventChoice } from '../../../src/telemetry/request-events.js';
import { decideFully, makeCase, makeCsr, makePolicy, makeRule } from '../../support/decide.js';
import { LogReader } from '../../support/log-reader.js';
import { ManualClock } from '../../support/manual-clock.js';

const OK: ApiAnswer = { kind: 'ok', status: 201, body: {} };

let clock: ManualClock;
let log: LogReader;
let sent: ApiRequest[];
let answer: ApiAnswer | Promise<ApiAnswer>;
let isHeld: boolean;

beforeEach(() => {
  clock = new ManualClock();
  log = new LogReader();
  sent = [];
  answer = OK;
  isHeld = true;
});

const make = (choice: EventChoice = 'problems'): Requesters =>
  tellRequesters(choice, {
    transport: {
      request: async (request) => {
        sent.push(request);
        return answer;
      },
    },
    fence: { isHeld: () => isHeld },
    signal: new AbortController().signal,
    clock,
    log: createLog('info', { write: (line) => log.add(line) }),
  });

const foreign = decideFully(
  makeCase({ facts: { commonName: 'admin' } }),
  makePolicy([makeRule()]),
).decision;

const deny = (requesters: Requesters, name: string): void =>
  requesters.decided({
    csr: makeCsr({ name, uid: `uid-${name}` }),
    facts: undefined,
    decision: foreign,
    durationMs: 1,
  });

const denyMany = (requesters: Requesters, count: number): void => {
  for (let number = 0; number < count; number += 1) deny(requesters, `${number}`);
};

describe('a denial', () => {
  it('is told at the request, with the reason code and the text of its condition', async () => {
    const requesters = make();

    deny(requesters, 'jane-laptop');
    await requesters.stopped();

    expect(sent).toMatchObject([
      {
        method: 'POST',
        path: '/apis/events.k8s.io/v1/namespaces/default/events',
        body: {
          type: 'Warning',
          reason: 'CommonNameNotAllowed',
          action: 'Deny',
          note: expect.stringMatching(/This request is final; correct it and create a new one/),
          regarding: { kind: 'CertificateSigningRequest', name: 'jane-laptop' },
        },
      },
    ]);
    expect(log.lines()).toEqual([]);
  });

  it('is told under the same name again, so that there is one Event also after a restart', async () => {
    const requesters = [make(), make()];

    for (const each of requesters) deny(each, 'jane-laptop');
    await Promise.all(requesters.map((each) => each.stopped()));

    const [first, second] = sent.map(({ body }) => body as { metadata: { name: string } });
    expect(second?.metadata.name).toBe(first?.metadata.name);
  });

  it('is not told while another replica leads', async () => {
    isHeld = false;
    const requesters = make();

    deny(requesters, 'jane-laptop');
    await requesters.stopped();

    expect([sent, log.lines()]).toEqual([[], []]);
  });
});

describe('1,000 denials in a moment', () => {
  it('are 50 Events, then 10 in each second, and the log says how many were left out', async () => {
    const requesters = make();

    denyMany(requesters, 1_000);
    expect(sent).toHaveLength(50);
    // What is under way counts against what may be, too.
    await new Promise(setImmediate);
    clock.advance(1_000);
    denyMany(requesters, 1_000);
    await requesters.stopped();

    expect(sent).toHaveLength(60);
    expect(log.linesOf('Events left out').map(({ leftOut }) => leftOut)).toEqual([950, 990]);
  });

  it('keep at most 50 calls under way when the API server does not answer', async () => {
    let release: (answer: ApiAnswer) => void = () => {};
    answer = new Promise((resolve) => {
      release = resolve;
    });
    const requesters = make();

    for (let second = 0; second < 60; second += 1) {
      denyMany(requesters, 20);
      clock.advance(1_000);
    }

    expect(sent).toHaveLength(50);
    release(OK);
    await requesters.stopped();
  });
});

describe('an approval', () => {
  const approve = (requesters: Requesters): void => {
    const { decision } = decideFully(makeCase(), makePolicy([makeRule()]));
    requesters.decided({ csr: makeCsr(), facts: undefined, decision, durationMs: 1 });
  };

  it('stays one write: it has no Event', async () => {
    const requesters = make();

    approve(requesters);
    await requesters.stopped();

    expect(sent).toEqual([]);
  });

  it('has one where all are wanted', async () => {
    const requesters = make('all');

    approve(requesters);
    await requesters.stopped();

    expect(sent).toMatchObject([{ body: { type: 'Normal', reason: 'PolicyApproved' } }]);
  });
});

it('an API server that takes no Events is told of once, until it takes one again', async () => {
  const requesters = make();
  const FAILED = 'the Event about a request could not be written';
  const denyNow = async (name: string): Promise<void> => {
    deny(requesters, name);
    await new Promise(setImmediate);
  };

  answer = refused(403, { kind: 'Status' }, undefined);
  await denyNow('a');
  await denyNow('b');
  expect(log.linesOf(FAILED).map(({ csr }) => csr)).toEqual(['a']);
  answer = OK;
  await denyNow('c');
  answer = refused(500, { kind: 'Status' }, undefined);
  await denyNow('d');

  expect(log.linesOf(FAILED).map(({ csr }) => csr)).toEqual(['a', 'd']);
  await requesters.stopped();
});
