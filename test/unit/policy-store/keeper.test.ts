// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { missingConfigMap } from '../../../src/policy-store/config-map.js';
import { policyNote, refusal, whyNothingIsDecided } from '../../../src/policy-store/describe.js';
import type { OfferedPolicy } from '../../../src/policy-store/policy-source.js';
import { createPolicyStore } from '../../../src/policy-store/policy-store.js';
import { KeptConfigMap, keeperOf } from './kept-config-map.js';
import { newerPolicy, offerOf, PLACE, policyOfRule, policyWith } from './policies.js';

const good = policyWith('enforce');
const other = policyWith('shadow');
const offered = (text: string): OfferedPolicy => offerOf({ 'policy.yaml': text });

/** A process that starts: a new store, and a keeper over what is kept. */
function start(kept: KeptConfigMap) {
  const store = createPolicyStore({ nowMs: () => Date.UTC(2026, 0, 2), observe: () => {} });
  return { store, kept, ...keeperOf(store, kept) };
}

describe('a good policy', () => {
  it('is kept under its key and the version of its language, once', async () => {
    const { store, kept, told, look } = start(new KeptConfigMap());
    store.offer(offered(good));

    const results = [await look(), await look()];

    expect(results).toEqual([{ kind: 'done' }, { kind: 'done' }]);
    expect(kept.data).toEqual({ 'v1alpha1-1.policy.yaml': good });
    expect(kept.writes).toHaveLength(1);
    expect(told.kept).toEqual([store.current()?.hash]);
  });

  it('is not written again by the next process, when nothing changed', async () => {
    const kept = new KeptConfigMap();
    const first = start(kept);
    first.store.offer(offered(good));
    await first.look();

    const next = start(kept);
    next.store.offer(offered(good));
    await next.look();

    expect(kept.writes).toHaveLength(1);
    expect(next.told.kept).toEqual([]);
  });

  it('replaces every key of the one before, and nothing that is not ours', async () => {
    const kept = new KeptConfigMap();
    kept.data = { note: 'of a person', 'v1alpha1-2.policy.yaml': 'of a newer program' };
    const { store, look } = start(kept);
    store.offer(offerOf({ 'a.yaml': policyOfRule('a', 'x'), 'b.yaml': policyOfRule('b', 'x') }));
    await look();

    store.offer(offerOf({ 'b.yaml': policyOfRule('b', 'y') }));
    await look();

    expect(kept.data).toEqual({
      note: 'of a person',
      'v1alpha1-2.policy.yaml': 'of a newer program',
      'v1alpha1-1.b.yaml': policyOfRule('b', 'y'),
    });
  });

  it('wins at the start over the one that is kept', async () => {
    const kept = new KeptConfigMap();
    kept.data = { 'v1alpha1-1.policy.yaml': good };
    const { store, look } = start(kept);

    store.offer(offered(other));
    await look();

    expect(store.current()?.parts[0].text).toBe(other);
    expect(kept.data).toEqual({ 'v1alpha1-1.policy.yaml': other });
  });

  it('is not kept by a process that may not write, which does not even ask', async () => {
    const { store, kept, look } = start(new KeptConfigMap());
    kept.isHeld = false;
    store.offer(offered(good));

    const before = await look();
    kept.isHeld = true;
    const after = await look();

    expect([before.kind, after.kind]).toEqual(['retry', 'done']);
    expect([kept.reads, kept.writes.length]).toEqual([1, 1]);
  });

  it('is not kept where there is no ConfigMap for it: told once, and nothing else happens', async () => {
    const kept = new KeptConfigMap();
    kept.data = undefined;
    const { store, told, look } = start(kept);
    store.offer(offered(good));
    const first = await look();
    store.offer(offered(other));
    await look();

    expect(first).toEqual({ kind: 'done' });
    expect(store.current()?.parts[0].text).toBe(other);
    expect(told.troubles).toEqual([{ kind: 'not kept', detail: 'there is no such ConfigMap' }]);
  });

  it.each([
    ['a conflict is looked at again', { kind: 'conflict' }, []],
    ['a ConfigMap that has just gone', { kind: 'gone' }, []],
    [
      'a missing right',
      { kind: 'forbidden', message: 'no patch' },
      [{ kind: 'not kept', detail: 'no patch' }],
    ],
    [
      'a server in trouble',
      { kind: 'failed', code: 'Timeout', message: 'no answer' },
      [{ kind: 'not kept', detail: 'Timeout: no answer' }],
    ],
  ] as const)('is written at the next look after %s', async (_, trouble, troubles) => {
    const { store, kept, told, look } = start(new KeptConfigMap());
    kept.troubles.push(trouble);
    store.offer(offered(good));

    const results = [await look(), await look()];

    expect(results.map(({ kind }) => kind)).toEqual(['retry', 'done']);
    expect(kept.data).toEqual({ 'v1alpha1-1.policy.yaml': good });
    expect(told.troubles).toEqual(troubles);
  });
});

describe('at the start', () => {
  const bad: Record<string, OfferedPolicy> = {
    'a bad policy': offered(policyWith('enforced')),
    'no ConfigMap': missingConfigMap(PLACE),
    'no key': offerOf({}),
    'a policy of a newer program': offered(newerPolicy),
    'keys that clash': offerOf({ 'a.yaml': good, 'b.yaml': other }),
  };

  it('a program that does not know a word of the policy in force keeps to its own, and the other keeps its', async () => {
    const kept = new KeptConfigMap();
    const unknown = `${good}newWord: {}\n`;
    const keptByBoth = { 'v1alpha1-1.policy.yaml': good, 'v1alpha1-2.policy.yaml': unknown };
    kept.data = keptByBoth;
    const { store, look } = start(kept);
    store.offer(offered(unknown));

    expect(await look()).toEqual({ kind: 'done' });

    expect(store.state().kind).toBe('stale');
    expect(store.current()?.parts[0].text).toBe(good);
    expect(kept.data).toEqual(keptByBoth);
  });

  it.each(Object.entries(bad))(
    '%s: the last good policy is in force, and stale',
    async (_, policy) => {
      const kept = new KeptConfigMap();
      kept.data = { 'v1alpha1-1.policy.yaml': good };
      const { store, told, look } = start(kept);
      store.offer(policy);

      expect(await look()).toEqual({ kind: 'done' });

      expect(store.state().kind).toBe('stale');
      expect(store.current()?.parts[0].text).toBe(good);
      expect(told.announced).toMatchObject([{ inForce: store.current()?.hash }]);
      expect(kept.writes).toEqual([]);
    },
  );

  it('the texts of several keys come back under their names, with the same hash', async () => {
    const kept = new KeptConfigMap();
    const first = start(kept);
    first.store.offer(
      offerOf({ 'a.yaml': policyOfRule('a', 'x'), 'b.yaml': policyOfRule('b', 'x') }),
    );
    await first.look();

    const next = start(kept);
    next.store.offer(missingConfigMap(PLACE));
    await next.look();

    expect(next.store.current()?.hash).toBe(first.store.current()?.hash);
    expect(next.store.current()?.parts.map(({ name }) => name)).toEqual(['a.yaml', 'b.yaml']);
  });

  it('an empty ConfigMap, as the chart makes it, is no trouble', async () => {
    const { store, told, look } = start(new KeptConfigMap());
    store.offer(offered(policyWith('enforced')));

    expect(await look()).toEqual({ kind: 'done' });

    expect(store.current()).toBeUndefined();
    expect(told.troubles).toEqual([]);
    expect(told.announced).toMatchObject([{ inForce: undefined }]);
  });

  it('a kept policy that is not good any more is told, and nothing is in force', async () => {
    const kept = new KeptConfigMap();
    kept.data = { 'v1alpha1-1.policy.yaml': policyWith('enforced') };
    const { store, told, look } = start(kept);
    store.offer(offered(policyWith('enforced')));

    await look();

    expect(store.current()).toBeUndefined();
    expect(told.troubles).toMatchObject([{ kind: 'not usable' }]);
    expect(told.troubles[0]?.detail).toContain('key v1alpha1-1.policy.yaml:3:7: mode: expected');
  });

  it('a server that cannot be asked is asked again, and told once', async () => {
    const kept = new KeptConfigMap();
    kept.data = { 'v1alpha1-1.policy.yaml': good };
    kept.troubles.push('unavailable', 'unavailable');
    const { store, told, look } = start(kept);
    store.offer(offered(policyWith('enforced')));

    const results = [await look(), await look(), await look()];

    expect(results.map(({ kind }) => kind)).toEqual(['retry', 'retry', 'done']);
    expect(store.current()?.parts[0].text).toBe(good);
    expect(told.troubles).toEqual([{ kind: 'not readable', detail: 'the server is away' }]);
  });

  it('nothing is read before the ConfigMap was seen: it may say to pause', async () => {
    const kept = new KeptConfigMap();
    kept.data = { 'v1alpha1-1.policy.yaml': good };
    const { store, look } = start(kept);

    await look();

    expect(store.current()).toBeUndefined();
    expect(kept.reads).toBe(0);
  });
});

describe('a refused policy', () => {
  it('is announced once, and again only for another problem or after a good one', async () => {
    const { store, told, look } = start(new KeptConfigMap());
    const bad = offered(policyWith('enforced'));
    for (const policy of [offered(good), bad, bad, missingConfigMap(PLACE), offered(good), bad]) {
      store.offer(policy);
      await look();
      await look();
    }

    expect(told.announced.map(({ problems }) => problems[0]?.code)).toEqual([
      'PolicyInvalidValue',
      'PolicyNotFound',
      'PolicyInvalidValue',
    ]);
  });

  it('is announced later when it cannot be now', async () => {
    const { store, told, look } = start(new KeptConfigMap());
    store.offer(offered(policyWith('enforced')));
    told.canAnnounce = false;

    const before = await look();
    told.canAnnounce = true;
    await look();

    expect(before).toEqual({ kind: 'retry' });
    expect(told.announced).toHaveLength(1);
  });
});

describe('what people read of it', () => {
  it('nothing was read yet', () => {
    const { store } = start(new KeptConfigMap());

    expect(whyNothingIsDecided(store.state())).toBe('no policy was read yet');
  });

  it('nothing was ever loaded: why not', () => {
    const { store } = start(new KeptConfigMap());
    store.offer(offered(policyWith('enforced')));

    expect(whyNothingIsDecided(store.state())).toBe(
      'no policy was loaded: configmap ns/policy key policy.yaml:3:7: mode: expected one of enforce, shadow, review, found "enforced"',
    );
  });

  it('all is well: nothing', () => {
    const { store } = start(new KeptConfigMap());
    store.offer(offered(good));

    expect(whyNothingIsDecided(store.state())).toBeUndefined();
    expect(policyNote(store.state(), undefined)).toBeUndefined();
  });

  it('stale and paused: both, with what is in force and since when', () => {
    const { store } = start(new KeptConfigMap());
    store.offer(offered(good));
    store.offer(missingConfigMap(PLACE));

    expect(policyNote(store.state(), Date.UTC(2026, 0, 1))).toBe(
      `paused since 2026-01-01T00:00:00.000Z, nothing is decided or signed; stale, policy ${store.current()?.hash} in force, since 2026-01-02T00:00:00.000Z: configmap ns/policy:1:1: there is no such ConfigMap`,
    );
  });

  it('an Event says what follows first, and how many problems there are', () => {
    const { store } = start(new KeptConfigMap());
    store.offer(
      offered('apiVersion: kube-csr-approver/v1alpha1\nkind: Policies\nmode: x\nrules: {}'),
    );
    const state = store.state();
    const problems = state.kind === 'current' ? [] : state.problems;

    expect(refusal({ problems, inForce: '3f9c1a2b' })).toBe(
      'policy 3f9c1a2b stays in force: configmap ns/policy key policy.yaml:2:7: kind: expected Policy, found "Policies" (and 1 more)',
    );
    expect(refusal({ problems, inForce: undefined })).toContain(
      'nothing is decided or signed until it is corrected',
    );
  });
});
