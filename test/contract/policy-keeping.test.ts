// SPDX-License-Identifier: Apache-2.0
// What is written around the ConfigMap of a policy, by our own adapters to the server under test.

import { describe, expect, it } from '@jest/globals';
import { readConfigMap, writeConfigMap } from '../../src/kube/config-maps.js';
import { writePolicyRefusedEvent } from '../../src/kube/policy-refused-event.js';
import { field } from '../../src/vocabulary/json.js';
import type { ApiObject } from '../support/api-client.js';
import { serverUnderTest } from './server-under-test.js';
import { configOf, transportTo } from './transport-under-test.js';

const NAMESPACE = 'kube-system';
const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const EVENTS = `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`;

const { server, api, name } = serverUnderTest();
const transport = transportTo(configOf(server));
const { signal } = new AbortController();

const writerWith = (isHeld: boolean) => ({ transport, fence: { isHeld: () => isHeld }, signal });
const writer = writerWith(true);

async function configMap(label: string, data?: Readonly<Record<string, string>>) {
  const body = { metadata: { name: name(label) }, ...(data === undefined ? {} : { data }) };
  const { body: created } = await api.create(CONFIG_MAPS, body);
  const { uid, resourceVersion } = created.metadata;
  return { namespace: NAMESPACE, name: name(label), uid, resourceVersion };
}

const dataOf = async (label: string): Promise<ApiObject['data']> =>
  (await api.get(`${CONFIG_MAPS}/${name(label)}`)).body.data;

describe('the ConfigMap of the last good policy', () => {
  it('is read, and one that is not there is absent', async () => {
    const target = await configMap('read', { a: 'one' });

    expect(await readConfigMap(writer, target)).toMatchObject({
      kind: 'found',
      object: { data: { a: 'one' } },
    });
    expect(await readConfigMap(writer, { ...target, name: name('nobody') })).toEqual({
      kind: 'absent',
    });
  });

  it('takes a text where it has no data at all', async () => {
    const target = await configMap('empty');

    const outcome = await writeConfigMap(writer, target, { 'a.yaml': 'one' });

    expect(outcome).toMatchObject({ kind: 'written', object: { data: { 'a.yaml': 'one' } } });
  });

  it('loses the keys that are null, and keeps those that are not named', async () => {
    const target = await configMap('keys', { a: 'one', b: 'two', note: 'of a person' });

    await writeConfigMap(writer, target, { a: null, b: 'three', c: 'four' });

    expect(await dataOf('keys')).toEqual({ b: 'three', c: 'four', note: 'of a person' });
  });

  it('is not written over what somebody else wrote meanwhile', async () => {
    const target = await configMap('conflict', { a: 'one' });
    await api.patch(`${CONFIG_MAPS}/${target.name}`, { data: { a: 'other' } });

    expect(await writeConfigMap(writer, target, { a: 'two' })).toEqual({ kind: 'conflict' });
    expect(await dataOf('conflict')).toEqual({ a: 'other' });
  });

  it('is not written by a process that may not write', async () => {
    const target = await configMap('fenced', { a: 'one' });

    expect(await writeConfigMap(writerWith(false), target, { a: 'two' })).toEqual({
      kind: 'fenced',
    });
    expect(await dataOf('fenced')).toEqual({ a: 'one' });
  });
});

describe('the Event about a refused policy', () => {
  const atMs = Date.UTC(2026, 10, 22, 12, 0, 0, 7);
  const about = async (of: string): Promise<readonly ApiObject[]> => {
    const { body } = await api.get(EVENTS);
    return body.items.filter((event) => field(field(event, 'regarding'), 'name') === of);
  };

  it('is a warning at the ConfigMap, in its namespace', async () => {
    const target = await configMap('refused');

    const event = { ...target, message: 'policy 3f9c1a2b stays in force', atMs };
    expect(await writePolicyRefusedEvent(writer, event)).toBe('written');

    expect(await about(target.name)).toEqual([
      expect.objectContaining({
        type: 'Warning',
        reason: 'PolicyRefused',
        note: 'policy 3f9c1a2b stays in force',
        regarding: expect.objectContaining({ kind: 'ConfigMap', uid: target.uid }) as unknown,
      }),
    ]);
  });

  it('is written once for each message', async () => {
    const target = await configMap('twice');

    for (const message of ['one', 'one', 'two']) {
      expect(await writePolicyRefusedEvent(writer, { ...target, message, atMs })).toBe('written');
    }

    const notes = (await about(target.name)).map((event) => field(event, 'note'));
    expect(notes).toHaveLength(2);
    expect(new Set(notes)).toEqual(new Set(['one', 'two']));
  });

  it('is accepted about a ConfigMap that is gone', async () => {
    const gone = { namespace: NAMESPACE, name: name('gone'), uid: undefined };

    const event = { ...gone, resourceVersion: undefined, message: 'no ConfigMap', atMs };
    expect(await writePolicyRefusedEvent(writer, event)).toBe('written');

    expect(await about(gone.name)).toHaveLength(1);
  });

  it('is accepted however long and in whatever letters the message is', async () => {
    const target = await configMap('long');

    const event = { ...target, message: 'ж'.repeat(2000), atMs };
    expect(await writePolicyRefusedEvent(writer, event)).toBe('written');

    expect(await about(target.name)).toHaveLength(1);
  });

  it('is not written by a process that may not write', async () => {
    const target = await configMap('not-ours');

    const event = { ...target, message: 'one', atMs };
    expect(await writePolicyRefusedEvent(writerWith(false), event)).toBe('fenced');

    expect(await about(target.name)).toEqual([]);
  });
});
