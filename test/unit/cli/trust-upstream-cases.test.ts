// SPDX-License-Identifier: Apache-2.0
// The cases of Kubernetes' own test tables about publishing trust, as data (kinds ctb-publish, rootca-publish).

import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Lock } from '../../../src/signer/trust-ports.js';
import type { TrustBundleApi } from '../../../src/cli/trust-bundle-api.js';
import { type Picture, placesOf } from '../../../src/cli/trust-places.js';
import type { Published } from '../../../src/cli/trust-pictures.js';
import { trustBundleName } from '../../../src/authority/trust-names.js';
import { bundleText, trustBundle } from '../../../src/authority/trust-bundle.js';
import type { ApiRequest } from '../../../src/kube/transport.js';
import { PlaceKeeper } from '../../../src/signer/trust-place-keeper.js';
import type { SignerName } from '../../../src/vocabulary/brands.js';
import { NOW_MS } from '../../support/decide.js';
import { makeEntry } from '../../support/signing.js';
import { chainOf, namedCa } from '../../support/trust.js';

interface Action {
  readonly verb: string;
  readonly name: string;
}

interface Case {
  readonly id: string;
  readonly kind: string;
  readonly input: {
    readonly signerName?: string;
    readonly existing?: readonly (
      string | { readonly name: string; readonly signerName: string; readonly trustBundle: string }
    )[];
    readonly namespaceAdded?: string;
    readonly namespaceUpdated?: { readonly name: string; readonly phase: string };
    readonly updated?: { readonly name: string; readonly 'ca.crt'?: string };
  };
  readonly expect: { readonly actions: readonly Action[] };
}

const file = new URL('../../fixtures/upstream-cases.json', import.meta.url);
const cases = (JSON.parse(readFileSync(file, 'utf8')) as readonly Case[]).filter(({ kind }) =>
  ['ctb-publish', 'rootca-publish'].includes(kind),
);

const { anchors } = trustBundle({
  recorded: [],
  chains: [chainOf(await namedCa('CA'))],
  drop: [],
  nowMs: NOW_MS,
});
const bundle = { anchors, text: bundleText(anchors) };

const LOCK: Lock = { uid: 'uid', resourceVersion: '1' };
const RIGHT_NAME = '<right-name>';
/** The ConfigMap of kube-controller-manager; ours has the name that the policy says. */
const ROOT = 'kube-root-ca.crt';

const published = (text: string): Published => ({
  lock: LOCK,
  sha256: createHash('sha256')
    .update(text === 'CA' ? bundle.text : text)
    .digest('hex'),
});

const picture = <V>(values: ReadonlyMap<string, V>): Picture<V> => ({
  isSynced: true,
  get: (key) => values.get(key),
  absorb: () => true,
});

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PATCH: 'update' };

/** What is sent where these things are. */
async function actionsWith(
  trust: { readonly signerName: string; readonly namespaces: readonly string[] },
  seen: {
    readonly bundles?: ReadonlyMap<string, Published>;
    readonly namespaces?: ReadonlyMap<string, boolean>;
    readonly configMaps?: ReadonlyMap<string, Published>;
  },
): Promise<readonly Action[]> {
  const actions: Action[] = [];
  const writer = {
    transport: {
      request: ({ method, path, body }: ApiRequest) => {
        const { metadata } = body as { metadata: { name?: string } };
        const name = metadata.name ?? decodeURIComponent(path.split('/').at(-1) ?? '');
        actions.push({ verb: VERBS[method] ?? method, name });
        return Promise.resolve({ kind: 'ok', status: 200, body: {} } as const);
      },
    },
    fence: { isHeld: () => true },
    signal: new AbortController().signal,
  };
  const api: TrustBundleApi = {
    retain: () => {},
    version: () => 'v1beta1',
    look: (name) => seen.bundles?.get(name),
    absorb: () => {},
    stopped: () => Promise.resolve(),
  };
  const configMap = { name: ROOT, key: 'ca.crt', namespaces: trust.namespaces };
  const clusterTrustBundle = trust.namespaces.length === 0;
  const signer = {
    ...makeEntry({ signerName: trust.signerName }),
    trust: { configMap, clusterTrustBundle, drop: [] },
  };
  const configMaps = {
    writer,
    own: [],
    namespaces: () => picture(seen.namespaces ?? new Map()),
    configMaps: () => picture(seen.configMaps ?? new Map()),
  };
  const keeper = new PlaceKeeper({ nowMs: () => NOW_MS, random: () => 0, tell: () => {} });
  for (const place of placesOf(signer, configMaps, { writer, api })) {
    await keeper.keep(place, bundle);
  }
  return actions;
}

function bundleActions({ input }: Case): Promise<readonly Action[]> {
  const { signerName = '', existing = [] } = input;
  const ours = trustBundleName(signerName as SignerName);
  const bundles = new Map(
    existing.flatMap((each) =>
      typeof each === 'string'
        ? []
        : [[each.name === RIGHT_NAME ? ours : each.name, published(each.trustBundle)] as const],
    ),
  );
  return actionsWith({ signerName, namespaces: [] }, { bundles });
}

function configMapActions({ input }: Case): Promise<readonly Action[]> {
  const { namespaceAdded, namespaceUpdated, existing = [], updated } = input;
  const namespace = namespaceAdded ?? namespaceUpdated?.name ?? 'default';
  const isOpen = namespaceUpdated?.phase !== 'Terminating';
  const isEdited = updated?.name === ROOT;
  const text = isEdited ? (updated['ca.crt'] ?? '') : 'CA';
  return actionsWith(
    { signerName: 'example.com/mesh', namespaces: [namespace] },
    {
      namespaces: new Map([[namespace, isOpen]]),
      configMaps: new Map(existing.includes(ROOT) ? [[namespace, published(text)]] : []),
    },
  );
}

/** Others may publish bundles of the same signer (CTB-4); ours has one name for ever, so that there is never an older one. */
const notOurs = ({ verb }: Action): boolean => verb !== 'delete';

describe('as kube-controller-manager publishes its own CAs', () => {
  it('there are cases', () => {
    expect(cases.map(({ kind }) => kind).toSorted()).toEqual([
      ...Array.from({ length: 4 }, () => 'ctb-publish'),
      ...Array.from({ length: 4 }, () => 'rootca-publish'),
    ]);
  });

  it.each(cases.map((each) => [each.id, each] as const))('%s', async (_, given) => {
    const actions = await (given.kind === 'ctb-publish'
      ? bundleActions(given)
      : configMapActions(given));

    const ours = trustBundleName((given.input.signerName ?? '') as SignerName);
    const expected = given.expect.actions
      .filter(notOurs)
      .map(({ verb, name }) => ({ verb, name: name === RIGHT_NAME ? ours : name }));
    expect(actions).toEqual(expected);
  });
});
