// SPDX-License-Identifier: Apache-2.0
// Whatever people do to the ConfigMap, and whenever the process restarts: in force is the last policy that was valid.

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { missingConfigMap } from '../../../src/policy-store/config-map.js';
import type { OfferedPolicy } from '../../../src/policy-store/policy-source.js';
import { createPolicyStore } from '../../../src/policy-store/policy-store.js';
import { KeptConfigMap, keeperOf } from './kept-config-map.js';
import { newerPolicy, offerOf, PLACE, policyWith } from './policies.js';

/** A document, and what of it can clash with others. */
interface Document {
  readonly text: string;
  readonly isGood: boolean;
  readonly mode: string | undefined;
  /** Rule names with what they say. */
  readonly rules: ReadonlyMap<string, string>;
}

const goodDocument = (
  mode: string | undefined,
  rules: readonly (readonly [string, string])[],
): Document => ({
  text: [
    'apiVersion: kube-csr-approver/v1alpha1',
    'kind: Policy',
    ...(mode === undefined ? [] : [`mode: ${mode}`]),
    rules.length === 0 ? 'rules: {}' : 'rules:',
    ...new Map(
      rules.map(([name, group]) => [
        name,
        `  ${name}: { match: { signerName: kubernetes.io/kube-apiserver-client, requester: { groups: [${group}] } } }`,
      ]),
    ).values(),
    '',
  ].join('\n'),
  isGood: true,
  mode,
  rules: new Map(rules),
});

const badDocument = (text: string): Document => ({
  text,
  isGood: false,
  mode: undefined,
  rules: new Map(),
});

const documents: fc.Arbitrary<Document> = fc.oneof(
  { weight: 6, arbitrary: goodDocuments() },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      badDocument(policyWith('enforced')),
      badDocument(newerPolicy),
      badDocument(''),
      badDocument('rules: ['),
      badDocument('rules: {}\n'),
    ),
  },
);

function goodDocuments(): fc.Arbitrary<Document> {
  const rule = fc.tuple(fc.constantFrom('r1', 'r2', 'r3'), fc.constantFrom('dev', 'ops'));
  const mode = fc.constantFrom(undefined, undefined, undefined, 'enforce', 'shadow');
  return fc
    .tuple(mode, fc.array(rule, { maxLength: 2 }))
    .map(([of, rules]) => goodDocument(of, rules));
}

/** What a ConfigMap holds; undefined: there is none. */
type Keys = ReadonlyMap<string, Document> | undefined;

const keyNames = ['a.yaml', 'b.yaml', 'c.yaml'];

type Step =
  | { readonly kind: 'set'; readonly key: string; readonly document: Document }
  | { readonly kind: 'remove'; readonly key: string }
  | { readonly kind: 'delete' }
  | { readonly kind: 'same' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'trouble'; readonly trouble: KeptConfigMap['troubles'][number] };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      key: fc.constantFrom(...keyNames),
      document: documents,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      key: fc.constantFrom(...keyNames),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'delete' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'same' } as const) },
  { weight: 3, arbitrary: fc.constant({ kind: 'restart' } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('trouble' as const),
      trouble: fc.constantFrom<KeptConfigMap['troubles'][number]>(
        'unavailable',
        { kind: 'conflict' },
        { kind: 'failed', code: 'Timeout', message: 'no answer' },
      ),
    }),
  },
);

function edited(keys: Keys, step: Step): Keys {
  switch (step.kind) {
    case 'set':
      return new Map([...(keys ?? []), [step.key, step.document]]);
    case 'remove':
      return keys && new Map([...keys].filter(([key]) => key !== step.key));
    case 'delete':
      return undefined;
    case 'same':
    case 'restart':
    case 'trouble':
      return keys;
  }
}

/** Said once more, and otherwise than by the loader: whether documents are good together. */
function isValid(keys: Keys): boolean {
  const all = [...(keys ?? new Map<string, Document>()).values()];
  const modes = new Set(all.flatMap(({ mode }) => (mode === undefined ? [] : [mode])));
  const said = new Map<string, Set<string>>();
  for (const { rules } of all) {
    for (const [name, group] of rules) said.set(name, (said.get(name) ?? new Set()).add(group));
  }
  return (
    all.length > 0 &&
    all.every(({ isGood }) => isGood) &&
    modes.size <= 1 &&
    [...said.values()].every((groups) => groups.size === 1)
  );
}

const textsOf = (keys: Keys): readonly (readonly [string, string])[] =>
  [...(keys ?? [])]
    .map(([key, { text }]) => [key, text] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

const offerIn = (keys: Keys): OfferedPolicy =>
  keys === undefined ? missingConfigMap(PLACE) : offerOf(Object.fromEntries(textsOf(keys)));

/** A process from its start; `see` lets it see the ConfigMap, and do what follows from that. */
function startProcess(kept: KeptConfigMap) {
  const store = createPolicyStore({ nowMs: () => 0, observe: () => {} });
  const { look } = keeperOf(store, kept);
  return {
    store,
    see: async (keys: Keys): Promise<void> => {
      store.offer(offerIn(keys));
      for (let looks = 0; looks < 20 && (await look()).kind !== 'done'; looks += 1);
    },
  };
}

describe('the policy in force', () => {
  it('is the last valid one, through any edits and restarts', async () => {
    const seen = { valid: 0, stale: 0, restarted: 0, none: 0 };
    const story = fc.array(steps, { minLength: 1, maxLength: 30 });

    await fc.assert(
      fc.asyncProperty(story, async (all) => {
        const kept = new KeptConfigMap();
        let process = startProcess(kept);
        let keys: Keys;
        let lastValid: Keys;
        for (const step of all) {
          keys = edited(keys, step);
          if (step.kind === 'trouble') kept.troubles.push(step.trouble);
          if (step.kind === 'restart') process = startProcess(kept);
          if (isValid(keys)) lastValid = keys;
          await process.see(keys);

          const { store } = process;
          const inForce = store.current()?.parts.map(({ name, text }) => [name, text]);
          expect(inForce).toEqual(lastValid && textsOf(lastValid));
          const isStale = !isValid(keys);
          const kind = lastValid === undefined ? 'none' : isStale ? 'stale' : 'current';
          expect(store.state().kind).toBe(kind);
          if (kind === 'none') seen.none += 1;
          if (kind === 'stale') seen.stale += 1;
          if (kind === 'stale' && step.kind === 'restart') seen.restarted += 1;
          if (kind === 'current') seen.valid += 1;
        }
      }),
      { numRuns: 300 },
    );

    // The stories are about something.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });
});
