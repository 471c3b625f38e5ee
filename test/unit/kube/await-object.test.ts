// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { type ApiAnswer, refused, unreachable } from '../../../src/kube/api-answer.js';
import { type Awaited, awaitObject } from '../../../src/kube/await-object.js';
import { field } from '../../../src/vocabulary/json.js';
import { FakeClock, settled } from '../controller/fake-clock.js';
import { ScriptedTransport } from './scripted-transport.js';

const PATH = '/apis/example.com/v1/things';
const thing = (version: string, word?: string) => ({
  metadata: { name: 'jane', resourceVersion: version },
  word,
});
const found = (version: string, word?: string): ApiAnswer => ({
  kind: 'ok',
  status: 200,
  body: thing(version, word),
});
const no = (status: number, retryAfter?: string): ApiAnswer =>
  refused(status, { kind: 'Status', message: 'no' }, retryAfter);

/** Waits for `jane` to have a word; the answers are given one after another. */
async function waiting(...answers: readonly ApiAnswer[]) {
  const transport = new ScriptedTransport();
  transport.answers.push(...answers);
  const clock = new FakeClock();
  const stop = new AbortController();
  const outcome: { value?: Awaited<unknown> } = {};
  const ended = awaitObject({
    transport,
    clock,
    random: () => 0,
    path: PATH,
    name: 'jane',
    signal: stop.signal,
    look: (object) => field(object, 'word'),
  }).then((value) => void (outcome.value = value));
  await settled();
  return { transport, clock, stop, outcome, ended };
}

describe('waiting for an object', () => {
  it('ends at once when it is as wanted', async () => {
    const { transport, outcome } = await waiting(found('1', 'done'));

    expect(outcome.value).toEqual({ kind: 'settled', value: 'done' });
    expect(transport.requests.map(({ method, path }) => [method, path])).toEqual([
      ['GET', `${PATH}/jane`],
    ]);
    expect(transport.streams).toEqual([]);
  });

  it('watches that object alone, from the version that was seen', async () => {
    const { transport } = await waiting(found('7'));

    expect(transport.last.request).toMatchObject({
      path: PATH,
      query: { watch: true, resourceVersion: '7', fieldSelector: 'metadata.name=jane' },
    });
  });

  it('looks again as soon as the watch shows a change', async () => {
    const { transport, clock, outcome } = await waiting(found('1'), found('3', 'done'));

    await transport.last.open();
    await transport.last.send({ type: 'MODIFIED', object: thing('2') });

    expect(outcome.value).toEqual({ kind: 'settled', value: 'done' });
    expect(transport.last.isLeft).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('hears that it was deleted', async () => {
    const { transport, outcome } = await waiting(found('1'), no(404));

    await transport.last.open();
    await transport.last.send({ type: 'DELETED', object: thing('2') });

    expect(outcome.value).toEqual({ kind: 'absent' });
  });

  it('does not look again for a bookmark', async () => {
    const { transport } = await waiting(found('1'));

    await transport.last.open();
    await transport.last.send({ type: 'BOOKMARK', object: thing('9') });

    expect(transport.requests).toHaveLength(1);
  });

  it('looks every two seconds without the right to watch', async () => {
    const { transport, clock, outcome } = await waiting(found('1'), found('2', 'done'));

    await transport.last.refuse(403);
    expect(clock.nextInMs).toBe(2_000);
    clock.advance(2_000);
    await settled();

    expect(outcome.value).toEqual({ kind: 'settled', value: 'done' });
  });

  it.each([
    ['a server that is not there', unreachable('ECONNREFUSED', 'refused'), 2_000],
    ['a server in trouble', no(500), 2_000],
    ['a server that asks for patience', no(429, '7'), 7_000],
  ])('outlasts %s', async (_, trouble, delayMs) => {
    const { clock, outcome } = await waiting(trouble, found('2', 'done'));

    expect(clock.nextInMs).toBe(delayMs);
    clock.advance(delayMs);
    await settled();

    expect(outcome.value).toEqual({ kind: 'settled', value: 'done' });
  });

  it.each([401, 403])('ends when it may not look (%i)', async (status) => {
    const { outcome } = await waiting(no(status));

    expect(outcome.value).toEqual({ kind: 'forbidden', message: 'no' });
  });

  it.each(['while it watches', 'between two looks'])('ends with its signal, %s', async (when) => {
    const { transport, clock, stop, outcome, ended } = await waiting(found('1'));
    if (when === 'between two looks') await transport.last.refuse(500);

    stop.abort();
    await ended;

    expect(outcome.value).toEqual({ kind: 'ended' });
    expect(clock.timers).toBe(0);
  });
});
