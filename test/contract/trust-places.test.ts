// SPDX-License-Identifier: Apache-2.0
// ConfigMaps in which trust is published, made, changed and watched by our own adapters to the server under test.

import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { realClock } from '../../src/cli/clock.js';
import {
  configMapsPicture,
  namespacesPicture,
  type PictureParts,
  recordPicture,
} from '../../src/cli/trust-pictures.js';
import { servedTrustBundles } from '../../src/kube/cluster-trust-bundles.js';
import { createConfigMap, writeConfigMapKey } from '../../src/kube/config-maps.js';
import type { Reflector } from '../../src/kube/reflector.js';
import type { ApiObject } from '../support/api-client.js';
import { untilTrue } from '../support/eventually.js';
import { serverUnderTest } from './server-under-test.js';
import { configOf, transportTo } from './transport-under-test.js';

const NAMESPACE = 'kube-system';
const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

const { server, api, name } = serverUnderTest();
const transport = transportTo(configOf(server));
const { signal } = new AbortController();
const writer = { transport, fence: { isHeld: () => true }, signal };

const find = async (label: string): Promise<ApiObject> =>
  (await api.get(`${CONFIG_MAPS}/${name(label)}`)).body;

/** A ConfigMap of a person, and how it is locked. */
async function made(label: string, content: object) {
  const { body } = await api.create(CONFIG_MAPS, { metadata: { name: name(label) }, ...content });
  const { uid, resourceVersion } = body.metadata;
  return { namespace: NAMESPACE, name: name(label), uid, resourceVersion, key: 'ca.crt' };
}

const target = (label: string) => ({ namespace: NAMESPACE, name: name(label), key: 'ca.crt' });

describe('a ConfigMap of trust', () => {
  it('is made with one key, and says what it is', async () => {
    const outcome = await createConfigMap(writer, { ...target('new'), text: 'one' }, 'of mesh');

    expect(outcome).toMatchObject({ kind: 'written', object: { data: { 'ca.crt': 'one' } } });
    expect(await find('new')).toMatchObject({
      data: { 'ca.crt': 'one' },
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'kube-csr-approver' },
        annotations: { 'kubernetes.io/description': 'of mesh' },
      },
    });
  });

  it('is not made where there is one', async () => {
    await made('there', { data: { a: 'one' } });

    const outcome = await createConfigMap(writer, { ...target('there'), text: 'one' }, '');

    expect(outcome).toEqual({ kind: 'conflict' });
    expect((await find('there')).data).toEqual({ a: 'one' });
  });

  it('is not made in a namespace that is not there', async () => {
    const nowhere = { ...target('nowhere'), namespace: name('nowhere'), text: 'one' };

    expect(await createConfigMap(writer, nowhere, '')).toEqual({ kind: 'gone' });
  });

  it('is not made by a process that may not write', async () => {
    const fenced = { ...writer, fence: { isHeld: () => false } };

    const outcome = await createConfigMap(fenced, { ...target('fenced'), text: 'one' }, '');

    expect(outcome).toEqual({ kind: 'fenced' });
    expect((await api.get(`${CONFIG_MAPS}/${name('fenced')}`)).status).toBe(404);
  });

  it.each([
    ['nothing', {}],
    ['other keys', { data: { note: 'of a person' }, binaryData: { logo: 'AAEC' } }],
    ['another text', { data: { 'ca.crt': 'other', note: 'of a person' } }],
    ['bytes under the key', { data: { note: 'of a person' }, binaryData: { 'ca.crt': 'AAEC' } }],
  ])('gets its key where it has %s, and keeps everything else', async (label, content) => {
    const key = label.replaceAll(' ', '-');
    const existing = await made(key, content);

    const outcome = await writeConfigMapKey(writer, { ...existing, text: 'one' });

    expect(outcome.kind).toBe('written');
    const { data = {}, binaryData = {} } = (await find(key)) as Partial<
      Record<'data' | 'binaryData', Record<string, string>>
    >;
    const before: { data?: object; binaryData?: Record<string, string> } = content;
    const { 'ca.crt': _, ...bytes } = before.binaryData ?? {};
    expect(data).toEqual({ ...before.data, 'ca.crt': 'one' });
    expect(binaryData).toEqual(bytes);
  });

  it('is not written over what somebody else wrote meanwhile', async () => {
    const existing = await made('overtaken', { data: { 'ca.crt': 'one' } });
    await api.patch(`${CONFIG_MAPS}/${existing.name}`, { data: { 'ca.crt': 'other' } });

    expect(await writeConfigMapKey(writer, { ...existing, text: 'two' })).toEqual({
      kind: 'conflict',
    });
  });
});

describe('what is seen of trust', () => {
  const parts: PictureParts = {
    transport,
    clock: realClock,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    onChange: () => {},
  };

  async function watching<V>(picture: Reflector<V>, look: () => Promise<void>): Promise<void> {
    const end = new AbortController();
    const running = picture.start(end.signal);
    await untilTrue('a first list', () => picture.isSynced);
    try {
      await look();
    } finally {
      end.abort();
      await running;
    }
  }

  it('is one key of the ConfigMaps of a name, in the namespaces that were chosen', async () => {
    const existing = await made('seen', { data: { 'ca.crt': 'one' } });
    const elsewhere = { metadata: { name: name('seen') }, data: { 'ca.crt': 'other' } };
    await api.create('/api/v1/namespaces/default/configmaps', elsewhere);
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const of = { name: name('seen'), key: 'ca.crt' };
    const picture = configMapsPicture(parts, of, new Set([NAMESPACE]));

    await watching(picture, async () => {
      expect([...picture.values()]).toEqual([
        {
          lock: { uid: existing.uid, resourceVersion: existing.resourceVersion },
          sha256: digest('one'),
        },
      ]);
      await writeConfigMapKey(writer, { ...existing, text: 'two' });
      await untilTrue('seen', () => picture.get(NAMESPACE)?.sha256 === digest('two'));
      await api.delete(`${CONFIG_MAPS}/${existing.name}`);
      await untilTrue('gone', () => picture.get(NAMESPACE) === undefined);
    });
  });

  it('is the record with all its keys', async () => {
    const existing = await made('record', { data: { 'example.com_mesh': 'one' } });
    const picture = recordPicture(parts, existing);

    await watching(picture, () => {
      expect(picture.get(existing.name)?.textOf('example.com_mesh')).toBe('one');
      expect(picture.get(existing.name)?.textOf('example.com_other')).toBeUndefined();
      return Promise.resolve();
    });
  });

  it('is which of the chosen namespaces are there, also later', async () => {
    const later = name('later');
    const picture = namespacesPicture(parts, new Set([NAMESPACE, later]));

    await watching(picture, async () => {
      expect([picture.get(NAMESPACE), picture.get(later), picture.get('default')]).toEqual([
        true,
        undefined,
        undefined,
      ]);
      await api.create('/api/v1/namespaces', { metadata: { name: later } });
      await untilTrue('there', () => picture.get(later) === true);
    });
  });

  it('is no ClusterTrustBundle where the server has none', async () => {
    expect(await servedTrustBundles(transport, signal)).toEqual({ kind: 'absent' });
  });
});
