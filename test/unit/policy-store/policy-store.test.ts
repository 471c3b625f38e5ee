// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { missingConfigMap } from '../../../src/policy-store/config-map.js';
import {
  createPolicyStore,
  type PolicyEvent,
  type PolicyStore,
} from '../../../src/policy-store/policy-store.js';
import type { PolicyParts } from '../../../src/policy/policy-part.js';
import { newerPolicy, offerOf, PLACE, policyOfRule, policyWith } from './policies.js';

const source = 'configmap ns/policy key policy.yaml';
const offered = (text: string) => offerOf({ 'policy.yaml': text });
const good = offered(policyWith('enforce'));
const other = offered(policyWith('shadow'));
const bad = offered(policyWith('enforced'));
const absent = missingConfigMap(PLACE);

const partsOf = (text: string): PolicyParts => [{ name: 'policy.yaml', source: 'kept', text }];
const textOf = (store: PolicyStore): string | undefined => store.current()?.parts[0].text;

const observedStore = () => {
  const events: PolicyEvent[] = [];
  const changes: string[] = [];
  const clock = { nowMs: 1000 };
  const store = createPolicyStore({
    nowMs: () => clock.nowMs,
    observe: (event) => events.push(event),
  });
  store.onChange((loaded) => changes.push(loaded.parts[0].text));
  return { store, events, changes, clock };
};

describe('the store of the policy in force', () => {
  it('has no policy before one is offered', () => {
    const { store } = observedStore();

    expect(store.current()).toBeUndefined();
    expect(store.state()).toEqual({ kind: 'none', problems: [] });
  });

  it('puts a good policy in force and tells so once', () => {
    const { store, events, changes } = observedStore();

    store.offer(good);

    expect(textOf(store)).toBe(policyWith('enforce'));
    expect(store.state()).toMatchObject({ kind: 'current', origin: good.origin, loadedAtMs: 1000 });
    expect(events).toMatchObject([{ kind: 'loaded', origin: good.origin }]);
    expect(changes).toEqual([policyWith('enforce')]);
  });

  it('keeps the good policy when a bad one follows, and is stale with its problems', () => {
    const { store, events, changes } = observedStore();
    store.offer(good);

    store.offer(bad);

    expect(textOf(store)).toBe(policyWith('enforce'));
    expect(store.state()).toMatchObject({
      kind: 'stale',
      problems: [{ code: 'PolicyInvalidValue', source, line: 3, column: 7 }],
    });
    expect(events.at(-1)).toMatchObject({ kind: 'refused', inForce: store.current()?.hash });
    expect(changes).toEqual([policyWith('enforce')]);
  });

  it('keeps the good policy when there is none any more', () => {
    const { store } = observedStore();
    store.offer(good);

    store.offer(absent);

    expect(textOf(store)).toBe(policyWith('enforce'));
    expect(store.state()).toMatchObject({ kind: 'stale', problems: [{ code: 'PolicyNotFound' }] });
  });

  it('has no policy when the first one is bad, and says why', () => {
    const { store, events, changes } = observedStore();

    store.offer(bad);

    expect(store.current()).toBeUndefined();
    expect(store.state()).toMatchObject({
      kind: 'none',
      problems: [{ code: 'PolicyInvalidValue' }],
    });
    expect(events).toMatchObject([{ kind: 'refused', inForce: undefined }]);
    expect(changes).toEqual([]);
  });

  it('swaps in another good policy', () => {
    const { store, changes } = observedStore();
    store.offer(good);

    store.offer(other);

    expect(textOf(store)).toBe(policyWith('shadow'));
    expect(changes).toEqual([policyWith('enforce'), policyWith('shadow')]);
  });

  it('is no longer stale when the good policy comes back, which is no change', () => {
    const { store, events, changes } = observedStore();
    store.offer(good);
    store.offer(bad);

    store.offer(good);

    expect(store.state().kind).toBe('current');
    expect(events.map(({ kind }) => kind)).toEqual(['loaded', 'refused', 'loaded']);
    expect(changes).toEqual([policyWith('enforce')]);
  });

  it.each([
    ['good', good],
    ['bad', bad],
    ['absent', absent],
  ])('tells of the same %s policy only once', (_, policy) => {
    const { store, events } = observedStore();

    store.offer(policy);
    store.offer({ ...policy, origin: { ...policy.origin, resourceVersion: '8' } });

    expect(events).toHaveLength(1);
  });

  it('no longer calls a listener that has gone', () => {
    const { store } = observedStore();
    const seen: string[] = [];
    const stop = store.onChange((loaded) => seen.push(loaded.parts[0].text));
    store.offer(good);

    stop();
    store.offer(other);

    expect(seen).toEqual([policyWith('enforce')]);
  });

  it('says since when it is stale, whatever else is wrong later, and since when the policy is in force', () => {
    const { store, clock } = observedStore();
    store.offer(good);
    clock.nowMs = 2000;
    store.offer(bad);
    clock.nowMs = 3000;

    store.offer(absent);

    expect(store.state()).toMatchObject({ kind: 'stale', loadedAtMs: 1000, staleSinceMs: 2000 });
  });

  it('has the same policy object for as long as it is in force, and another one when it comes back', () => {
    const { store } = observedStore();
    store.offer(good);
    const first = store.current();
    store.offer(bad);
    store.offer(good);
    const afterBad = store.current();
    store.offer(other);
    store.offer(good);

    expect(afterBad).toBe(first);
    expect(store.current()).not.toBe(first);
    expect(store.current()?.hash).toBe(first?.hash);
  });

  it('takes several keys as one policy, and a key that is gone is a change', () => {
    const { store, changes } = observedStore();
    const a = policyOfRule('a', 'dev');

    store.offer(offerOf({ 'a.yaml': a, 'b.yaml': policyOfRule('b', 'dev') }));
    const both = store.current()?.rules.map(({ name }) => name);
    store.offer(offerOf({ 'a.yaml': a }));

    expect(both).toEqual(['a', 'b']);
    expect(store.current()?.rules.map(({ name }) => name)).toEqual(['a']);
    expect(changes).toHaveLength(2);
  });

  it('tells texts apart whose rules are the same, because the hash names the text', () => {
    const { store, changes } = observedStore();
    store.offer(good);

    store.offer(offered(`# a comment\n${policyWith('enforce')}`));

    expect(changes).toHaveLength(2);
  });

  it('says of a policy in a newer version of the language one thing only, and keeps the good one', () => {
    const { store, changes } = observedStore();
    store.offer(good);

    store.offer(offered(newerPolicy));

    expect(store.state()).toMatchObject({
      kind: 'stale',
      problems: [
        {
          code: 'PolicyApiVersion',
          message:
            'this program knows kube-csr-approver/v1alpha1; the document says "kube-csr-approver/v1beta7": upgrade the program, or write the policy in kube-csr-approver/v1alpha1',
        },
      ],
    });
    expect(changes).toEqual([policyWith('enforce')]);
  });
});

describe('the last good policy', () => {
  const origin = { source: 'configmap ns/policy-last-good' };

  it('is in force when what is offered at the start is bad, and the state says that it is stale', () => {
    const { store, events, changes } = observedStore();
    store.offer(bad);

    expect(store.restore(partsOf(policyWith('enforce')), origin).ok).toBe(true);

    expect(store.state()).toMatchObject({
      kind: 'stale',
      origin,
      problems: [{ code: 'PolicyInvalidValue', source }],
    });
    expect(events.map(({ kind }) => kind)).toEqual(['refused', 'restored']);
    expect(changes).toEqual([policyWith('enforce')]);
  });

  it.each([
    ['before anything was offered: there may be a pause', []],
    ['when a good one is offered', [other]],
    ['when a good one was offered before the bad one', [other, bad]],
  ])('is not needed %s', (_, offers) => {
    const { store } = observedStore();
    for (const offer of offers) store.offer(offer);

    const restored = store.restore(partsOf(policyWith('enforce')), origin);

    expect(restored).toEqual({ ok: true, value: 'not needed' });
    expect(textOf(store)).toBe(offers.length === 0 ? undefined : policyWith('shadow'));
  });

  it('is refused when it is not good any more', () => {
    const { store } = observedStore();
    store.offer(bad);

    const restored = store.restore(partsOf(policyWith('enforced')), origin);

    expect(restored).toMatchObject({ ok: false, error: [{ code: 'PolicyInvalidValue' }] });
    expect(store.current()).toBeUndefined();
  });

  it('is current when it is offered again, without a change', () => {
    const { store, changes } = observedStore();
    store.offer(bad);
    store.restore(partsOf(policyWith('enforce')), origin);

    store.offer(good);

    expect(store.state()).toMatchObject({ kind: 'current', origin: good.origin });
    expect(changes).toEqual([policyWith('enforce')]);
  });
});
