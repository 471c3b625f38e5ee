// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it } from '@jest/globals';
import { watchTrustBundles } from '../../../src/cli/trust-bundle-api.js';
import { refused, unreachable } from '../../../src/kube/api-answer.js';
import type { ApiAnswer } from '../../../src/kube/api-answer.js';
import { createLog } from '../../../src/telemetry/log.js';
import { FakeClock, settled } from '../controller/fake-clock.js';
import { ScriptedTransport } from '../kube/scripted-transport.js';

const NAME = 'example.com:mesh:kube-csr-approver';
const HOUR_MS = 3_600_000;

const listOf = (...resources: readonly string[]): ApiAnswer => ({
  kind: 'ok',
  status: 200,
  body: { resources: resources.map((name) => ({ name })) },
});
const ABSENT: ApiAnswer = refused(404, {}, undefined);
const V1 = listOf('certificatesigningrequests');
const BUNDLES = listOf('clustertrustbundles');

const bundle = {
  type: 'ADDED',
  object: {
    metadata: { name: NAME, uid: 'uid', resourceVersion: '7' },
    spec: { trustBundle: 'x' },
  },
};
const endOfList = {
  type: 'BOOKMARK',
  object: {
    metadata: { resourceVersion: '9', annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A server that answers the questions about v1, v1beta1 and v1alpha1 like this. */
function setUp(...answers: readonly ApiAnswer[]) {
  const clock = new FakeClock();
  const transport = new ScriptedTransport();
  transport.answers.push(...answers);
  const stop = new AbortController();
  const lines: string[] = [];
  const log = createLog('info', {
    write: (line) => void lines.push((JSON.parse(line) as { message: string }).message),
  });
  const changes: number[] = [];
  const onChange = (): void => void changes.push(1);
  const api = watchTrustBundles({ transport, clock, log, onChange }, stop.signal);
  stops.push(async () => {
    stop.abort();
    await api.stopped();
  });
  const wanted = async (...names: readonly string[]): Promise<void> => {
    api.retain(names);
    await settled();
  };
  return { clock, transport, lines, changes, api, wanted };
}

describe('ClusterTrustBundles', () => {
  it('are not asked for while nobody wants one', async () => {
    const { transport, api, wanted } = setUp(V1);

    await wanted();

    expect([transport.requests, transport.streams, api.version()]).toEqual([[], [], undefined]);
  });

  it.each([
    ['v1', [BUNDLES]],
    ['v1beta1', [V1, BUNDLES]],
    ['v1alpha1', [V1, ABSENT, BUNDLES]],
    ['v1alpha1', [V1, listOf('podcertificaterequests'), BUNDLES]],
  ] as const)(
    'are watched in the stablest version that is served: %s',
    async (version, answers) => {
      const { transport, api, lines, changes, wanted } = setUp(...answers);

      await wanted(NAME);

      expect(api.version()).toBe(version);
      expect(transport.last.request.path).toBe(
        `/apis/certificates.k8s.io/${version}/clustertrustbundles`,
      );
      expect(transport.last.query('fieldSelector')).toBe(`metadata.name=${NAME}`);
      expect([lines, changes]).toEqual([['ClusterTrustBundles are served'], [1]]);
    },
  );

  it('are seen once the list is complete', async () => {
    const { transport, api, wanted } = setUp(BUNDLES);
    await wanted(NAME);
    await transport.last.open();
    await transport.last.send(bundle);
    expect(api.look(NAME)).toBe('unseen');

    await transport.last.send(endOfList);

    expect(api.look(NAME)).toMatchObject({ lock: { uid: 'uid', resourceVersion: '7' } });
  });

  it('that the server does not have are told once, and asked for again after an hour', async () => {
    const { clock, transport, api, lines, wanted } = setUp(V1, ABSENT, ABSENT, V1, ABSENT, ABSENT);
    await wanted(NAME);
    expect([api.version(), transport.streams]).toEqual(['none', []]);

    clock.advance(HOUR_MS);
    await settled();
    expect(transport.requests).toHaveLength(6);
    expect(lines).toEqual(['ClusterTrustBundles are not served']);

    transport.answers.push(BUNDLES);
    clock.advance(HOUR_MS);
    await settled();
    expect(api.version()).toBe('v1');
  });

  it('are asked for again, and again later, while the server does not answer', async () => {
    const { clock, transport, api, lines, wanted } = setUp(unreachable('Timeout', 'no answer'));
    await wanted(NAME);
    expect([api.version(), lines]).toEqual([undefined, []]);

    transport.answers.push(BUNDLES);
    clock.advance(200);
    await settled();

    expect(api.version()).toBe('v1');
  });

  it('are looked for in another version when the one that was watched is gone', async () => {
    const { transport, api, lines, wanted } = setUp(V1, BUNDLES);
    await wanted(NAME);

    transport.answers.push(BUNDLES);
    await transport.last.refuse(404);
    await settled();

    expect(api.version()).toBe('v1');
    expect(transport.last.request.path).toContain('/v1/');
    expect(lines.filter((line) => line.startsWith('Cluster'))).toHaveLength(2);
  });

  it('that nobody wants any more are not watched', async () => {
    const { transport, api, wanted } = setUp(BUNDLES);
    await wanted(NAME);
    await transport.last.open();

    await wanted();

    expect(transport.last.isLeft).toBe(true);
    expect(api.look(NAME)).toBe('unseen');
  });
});
