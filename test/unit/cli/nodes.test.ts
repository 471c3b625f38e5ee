import { afterEach, describe, expect, it } from '@jest/globals';
import { type Nodes, watchNodes } from '../../../src/cli/nodes.js';
import { createLog } from '../../../src/telemetry/log.js';
import { FakeClock, settled } from '../controller/fake-clock.js';
import { ScriptedTransport } from '../kube/scripted-transport.js';

const node = (name: string, version: number, ...addresses: string[]) => ({
  metadata: { name, resourceVersion: `${version}` },
  status: { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) },
});
const event = (type: string, object: object) => ({ type, object });
const bookmark = (version: number, annotations: object = {}) =>
  event('BOOKMARK', { metadata: { resourceVersion: `${version}`, annotations } });
const endOfList = bookmark(10, { 'k8s.io/initial-events-end': 'true' });

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function setUp() {
  const clock = new FakeClock();
  const transport = new ScriptedTransport();
  const stop = new AbortController();
  const told: string[] = [];
  const log = createLog('error', { write: () => {} });
  const nodes = watchNodes(
    { transport, clock, log },
    { changed: (name) => told.push(name), recovered: () => told.push('recovered') },
    stop.signal,
  );
  stops.push(async () => {
    stop.abort();
    await nodes.stopped();
  });
  return { clock, transport, told, nodes };
}

/** Nodes that were asked for once, whose list held `a` with 10.1.0.1. */
async function watching() {
  const parts = setUp();
  const first = parts.nodes.get('a');
  await settled();
  await parts.transport.last.open();
  await parts.transport.last.send(event('ADDED', node('a', 1, '10.1.0.1')), endOfList);
  await first;
  return parts;
}

const claims = async (nodes: Nodes, address: string) => {
  const answer = await nodes.claims({ kind: 'claims', names: [], addresses: [address] });
  return answer.state === 'known'
    ? answer.value.flatMap((claim) => claim.nodes.map(({ name }) => name))
    : answer.why;
};

describe('the picture of Nodes', () => {
  it('is not taken before somebody asks', async () => {
    const { transport } = setUp();
    await settled();

    expect(transport.streams).toEqual([]);
  });

  it('answers by name and by address, and follows what changes', async () => {
    const { transport, nodes, told } = await watching();

    const before = await claims(nodes, '10.1.0.1');
    await transport.last.send(
      event('ADDED', node('b', 11, '10.1.0.1')),
      event('MODIFIED', node('a', 12, '10.1.0.2')),
    );

    expect(before).toEqual(['a']);
    expect(await claims(nodes, '10.1.0.1')).toEqual(['b']);
    expect(await nodes.get('a')).toMatchObject({
      state: 'known',
      value: { addresses: ['10.1.0.2'] },
    });
    expect(await nodes.get('nobody')).toEqual({ state: 'known', value: undefined });
    expect(told).toEqual(['b', 'a']);
  });

  it('says nothing of a heartbeat, which changes nothing that counts', async () => {
    const { transport, told } = await watching();

    await transport.last.send(event('MODIFIED', node('a', 12, '10.1.0.1')));

    expect(told).toEqual([]);
  });

  it('has forgotten what is deleted, before it tells that', async () => {
    const { transport, nodes, told } = await watching();

    await transport.last.send(event('DELETED', node('a', 12, '10.1.0.1')));

    expect(told).toEqual(['a']);
    expect(await claims(nodes, '10.1.0.1')).toEqual([]);
  });
});

describe('Nodes cannot be had', () => {
  it('until their list is complete; then that is told', async () => {
    const { clock, transport, nodes, told } = setUp();
    const first = nodes.get('a');
    await settled();
    await transport.last.open();
    await transport.last.send(event('ADDED', node('a', 1, '10.1.0.1')));
    clock.advance(2_000);

    expect(await first).toEqual({
      state: 'unavailable',
      why: 'the list of Nodes is not complete yet',
    });
    await transport.last.send(endOfList);

    expect(told).toEqual(['recovered']);
    expect(await nodes.get('a')).toMatchObject({ state: 'known' });
  });

  it('when the server was not to be reached for three minutes; a watch that opens again is enough', async () => {
    const { clock, transport, nodes, told } = await watching();
    await transport.last.breakWith('ECONNRESET');
    const cutAtMs = clock.nowMs();

    clock.advance(180_000 - (clock.nowMs() - cutAtMs));
    const within = await claims(nodes, '10.1.0.1');
    clock.advance(1);
    const after = [await claims(nodes, '10.1.0.1'), await nodes.get('a')];
    await transport.last.open();

    expect(within).toEqual(['a']);
    expect(after).toEqual([
      'the API server has shown no Nodes for 180 s',
      { state: 'unavailable', why: 'the API server has shown no Nodes for 180 s' },
    ]);
    expect(told).toEqual(['recovered']);
    expect(await claims(nodes, '10.1.0.1')).toEqual(['a']);
  });

  it('when the watch may not be opened any more', async () => {
    const { clock, transport, nodes } = await watching();
    await transport.last.end();
    for (let turn = 0; turn < 8; turn += 1) {
      clock.advance(30_000);
      await settled();
      await transport.last.refuse(403);
    }

    expect(await nodes.get('a')).toMatchObject({ state: 'unavailable' });
  });

  it('but a bookmark is enough, and tells nobody anything', async () => {
    const { clock, transport, nodes, told } = await watching();

    for (let turn = 0; turn < 4; turn += 1) {
      clock.advance(60_000);
      await transport.last.send(bookmark(11 + turn));
    }

    expect(await nodes.get('a')).toMatchObject({ state: 'known' });
    expect(told).toEqual([]);
  });

  it('but a watch that ends by its time and begins anew is enough, however quiet', async () => {
    const { clock, transport, nodes } = await watching();

    for (let turn = 0; turn < 4; turn += 1) {
      clock.advance(150_000);
      await transport.last.breakWith('Idle');
      clock.advance(1_000);
      await settled();
      await transport.last.open();
      if (transport.last.query('sendInitialEvents') === true) {
        await transport.last.send(event('ADDED', node('a', 1, '10.1.0.1')), endOfList);
      }
    }

    expect(await nodes.get('a')).toMatchObject({ state: 'known' });
  });
});
