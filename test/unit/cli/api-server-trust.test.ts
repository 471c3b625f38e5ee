// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { apiServerTrust } from '../../../src/cli/api-server-trust.js';
import type { ApiAnswer } from '../../../src/kube/api-answer.js';
import { ManualClock } from '../../support/manual-clock.js';
import { type CaPem, makeCa } from '../../support/signing.js';

const MINUTE_MS = 60_000;

let client: CaPem;
let proxy: CaPem;
beforeAll(async () => {
  [client, proxy] = await Promise.all([
    makeCa({ name: [{ CN: ['client'] }] }),
    makeCa({ name: [{ CN: ['proxy'] }] }),
  ]);
});

const configMap = (data: Readonly<Record<string, string>>): ApiAnswer => ({
  kind: 'ok',
  status: 200,
  body: { data },
});
const refused = (status: number): ApiAnswer => ({
  kind: 'refused',
  status,
  reason: '',
  message: 'no',
  causes: [],
});

/** The question, and an API server that answers what the test says. */
function setUp(first: ApiAnswer) {
  const clock = new ManualClock();
  const server = { answer: first, calls: [] as string[] };
  const request = ({ path }: { readonly path: string }): Promise<ApiAnswer> => {
    server.calls.push(path);
    return Promise.resolve(server.answer);
  };
  const trust = apiServerTrust({ request }, () => clock.nowMs(), new AbortController().signal);
  const ask = async () => {
    const answer = await trust();
    if (!answer.ok) return answer.error;
    const names = (list: readonly X509Certificate[]) => list.map(({ subject }) => subject);
    return [names(answer.value.clientCas), names(answer.value.requestHeaderCas)];
  };
  return { clock, server, ask };
}

describe('what the API server believes', () => {
  it('is every CA of both kinds, asked for once a minute', async () => {
    const { server, ask, clock } = setUp(
      configMap({
        'client-ca-file': client.certificate + proxy.certificate,
        'requestheader-client-ca-file': proxy.certificate,
        'requestheader-allowed-names': '[]',
      }),
    );

    expect(await ask()).toEqual([['CN=client', 'CN=proxy'], ['CN=proxy']]);
    await ask();
    expect(server.calls).toEqual([
      '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication',
    ]);
    clock.advance(MINUTE_MS);
    server.answer = configMap({ 'client-ca-file': client.certificate });
    expect(await ask()).toEqual([['CN=client'], []]);
  });

  it('may be nobody', async () => {
    expect(await setUp(configMap({})).ask()).toEqual([[], []]);
  });

  it.each<readonly [string, () => ApiAnswer, RegExp]>([
    ['may not be read', () => refused(403), /cannot be read: no$/],
    ['is not there', () => refused(404), /is not there$/],
    [
      'holds what is no certificate',
      () => configMap({ 'client-ca-file': client.certificate.replaceAll('M', 'A') }),
      /holds what is no certificate$/,
    ],
  ])('is not known when the ConfigMap %s', async (_name, answer, why) => {
    const { server, ask } = setUp(answer());

    expect(await ask()).toMatch(why);
    // What is not known is asked for again.
    server.answer = configMap({});
    expect(await ask()).toEqual([[], []]);
  });

  it('is what it was for ten minutes of trouble, and then it is not known', async () => {
    const { server, ask, clock } = setUp(configMap({ 'client-ca-file': client.certificate }));
    await ask();

    server.answer = refused(503);
    clock.advance(9 * MINUTE_MS);
    expect(await ask()).toEqual([['CN=client'], []]);
    clock.advance(MINUTE_MS);
    expect(await ask()).toMatch(/cannot be read/);
  });
});
