// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import type { CaChain } from '../../../src/authority/ca-chain.js';
import { bundleText, trustBundle } from '../../../src/authority/trust-bundle.js';
import { NOW_MS } from '../../support/decide.js';
import { chainOf, type NamedCa, namedCa } from '../../support/trust.js';

const HOUR_MS = 3_600_000;

const [old, young, gone] = await Promise.all([
  namedCa('old'),
  namedCa('young'),
  namedCa('gone', { notAfterMs: NOW_MS }),
]);
const soon = await namedCa('soon', { notAfterMs: NOW_MS + HOUR_MS });
const root = await namedCa('root');
const middle = await namedCa('middle', { issuer: root });
const renewed = await namedCa('root', { pair: root.pair, notBeforeMs: NOW_MS - HOUR_MS });
const [below, otherBelow] = [middle, await namedCa('other', { issuer: root })];

const NAMES = new Map(
  Object.entries({ old, young, gone, soon, root, middle, renewed }).map(([name, { sha256 }]) => [
    sha256,
    name,
  ]),
);
const nameOf = (sha256: string): string => NAMES.get(sha256) ?? sha256;

interface Given {
  readonly recorded?: readonly NamedCa[];
  readonly chains?: readonly CaChain[];
  readonly drop?: readonly NamedCa[];
}

/** The bundle, with certificates by name. */
function bundleOf({ recorded = [], chains = [], drop = [] }: Given) {
  const { anchors, added, removed, needed } = trustBundle({
    recorded: recorded.map(({ anchor }) => anchor),
    chains,
    drop: drop.map(({ sha256 }) => sha256),
    nowMs: NOW_MS,
  });
  return {
    anchors: anchors.map(({ sha256 }) => nameOf(sha256)),
    added: added.map(nameOf),
    removed: removed.map(({ sha256, why }) => `${nameOf(sha256)}: ${why}`),
    needed: needed.map(nameOf),
  };
}

const same = { added: [], removed: [], needed: [] };

const cases: Readonly<Record<string, readonly [Given, object]>> = {
  'nothing is known': [{}, { ...same, anchors: [] }],
  'a first CA': [{ chains: [chainOf(old)] }, { ...same, anchors: ['old'], added: ['old'] }],
  'the same CA again': [
    { recorded: [old], chains: [chainOf(old)] },
    { ...same, anchors: ['old'] },
  ],
  'a CA after another': [
    { recorded: [old], chains: [chainOf(young)] },
    { ...same, anchors: ['young', 'old'], added: ['young'] },
  ],
  'the one before again': [
    { recorded: [young, old], chains: [chainOf(old)] },
    { ...same, anchors: ['old', 'young'] },
  ],
  'no CA can be read now': [{ recorded: [young, old] }, { ...same, anchors: ['young', 'old'] }],
  'a CA below a root': [
    { chains: [chainOf(middle, { above: [root] })] },
    { ...same, anchors: ['root'], added: ['root'] },
  ],
  'a CA without anything above it': [
    { chains: [chainOf(middle)] },
    { ...same, anchors: ['middle'], added: ['middle'] },
  ],
  'two roots, of which the other one is to follow': [
    { recorded: [old], chains: [chainOf(old, { roots: [old, young] })] },
    { ...same, anchors: ['old', 'young'], added: ['young'] },
  ],
  'the same root twice': [
    { chains: [chainOf(old, { roots: [old, old] })] },
    { ...same, anchors: ['old'], added: ['old'] },
  ],
  'one that has expired': [
    { recorded: [gone, old], chains: [chainOf(old)] },
    { ...same, anchors: ['old'], removed: ['gone: expired'] },
  ],
  'one that has expired, and no CA': [
    { recorded: [gone, old] },
    { ...same, anchors: ['old'], removed: ['gone: expired'] },
  ],
  'nothing but what has expired': [
    { recorded: [gone] },
    { ...same, anchors: [], removed: ['gone: expired'] },
  ],
  'the old one is dropped': [
    { recorded: [young, old], chains: [chainOf(young)], drop: [old] },
    { ...same, anchors: ['young'], removed: ['old: dropped'] },
  ],
  'one is dropped that was never there': [
    { recorded: [young], chains: [chainOf(young)], drop: [old] },
    { ...same, anchors: ['young'] },
  ],
  'one is dropped while no CA is known': [
    { recorded: [young, old], drop: [young] },
    { ...same, anchors: ['young', 'old'] },
  ],
  'the one that signs is to be dropped': [
    { recorded: [young, old], chains: [chainOf(young)], drop: [young] },
    { ...same, anchors: ['young', 'old'], needed: ['young'] },
  ],
  'everything is to be dropped': [
    { recorded: [young, old], chains: [chainOf(young)], drop: [old, young] },
    { ...same, anchors: ['young'], removed: ['old: dropped'], needed: ['young'] },
  ],
  'the root above the one that signs is to be dropped': [
    { recorded: [root, old], chains: [chainOf(below, { above: [root] })], drop: [root] },
    { ...same, anchors: ['root', 'old'], needed: ['root'] },
  ],
  'one root of two above the one that signs is dropped': [
    { recorded: [root], chains: [chainOf(below, { roots: [root, renewed] })], drop: [root] },
    { ...same, anchors: ['renewed'], added: ['renewed'], removed: ['root: dropped'] },
  ],
  'both roots above the one that signs are to be dropped': [
    { chains: [chainOf(below, { roots: [root, renewed] })], drop: [root, renewed] },
    {
      ...same,
      anchors: ['root', 'renewed'],
      added: ['root', 'renewed'],
      needed: ['root', 'renewed'],
    },
  ],
  'a root that is given and verifies nothing that signs is dropped': [
    { recorded: [old], chains: [chainOf(young, { roots: [young, old] })], drop: [old] },
    { ...same, anchors: ['young'], added: ['young'], removed: ['old: dropped'] },
  ],
  'a CA that stands below what is dropped stays trusted itself': [
    { recorded: [middle, root], chains: [chainOf(below)], drop: [root] },
    { ...same, anchors: ['middle'], removed: ['root: dropped'] },
  ],
};

describe('what clients are to trust, when there is', () => {
  it.each(Object.entries(cases))('%s', (_, [given, expected]) => {
    expect(bundleOf(given)).toEqual(expected);
  });

  it('more than anybody would record: the youngest', async () => {
    const many = await Promise.all(Array.from({ length: 64 }, (_, n) => namedCa(`ca ${n}`)));

    const { anchors, removed } = trustBundle({
      recorded: many.map(({ anchor }) => anchor),
      chains: [chainOf(otherBelow, { roots: [root] })],
      drop: [],
      nowMs: NOW_MS,
    });

    expect([anchors.length, anchors[0]?.sha256]).toEqual([64, root.sha256]);
    expect(removed).toEqual([{ sha256: many.at(-1)?.sha256, why: 'too many' }]);
  });

  it('something that expires: when the first of it does', () => {
    const input = { recorded: [old.anchor, soon.anchor], chains: [], drop: [] };

    expect(trustBundle({ ...input, nowMs: NOW_MS }).nextExpiryMs).toBe(NOW_MS + HOUR_MS);
    expect(trustBundle({ ...input, recorded: [], nowMs: NOW_MS }).nextExpiryMs).toBeUndefined();
  });
});

it('a bundle is certificates in PEM and nothing else', () => {
  const { anchors } = trustBundle({
    recorded: [old.anchor],
    chains: [chainOf(young)],
    drop: [],
    nowMs: NOW_MS,
  });

  expect(bundleText(anchors)).toBe(young.certificate + old.certificate);
});
