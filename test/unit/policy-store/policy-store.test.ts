// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import type { PolicyOrigin } from '../../../src/policy-store/policy-source.js';
import {
  createPolicyStore,
  type PolicyEvent,
  type PolicyStore,
} from '../../../src/policy-store/policy-store.js';

const origin: PolicyOrigin = {
  source: 'configmap ns/policy key policy.yaml',
  resourceVersion: '7',
};

const policyWith = (mode: string): string =>
  `apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nmode: ${mode}\nrules: {}\n`;
const good = policyWith('enforce');
const other = policyWith('shadow');
const bad = policyWith('enforced');

const observedStore = (): {
  readonly store: PolicyStore;
  readonly events: PolicyEvent[];
  readonly changes: string[];
} => {
  const events: PolicyEvent[] = [];
  const changes: string[] = [];
  const store = createPolicyStore({ observe: (event) => events.push(event) });
  store.onChange((loaded) => changes.push(loaded.text));
  return { store, events, changes };
};

describe('the store of the policy in force', () => {
  it('has no policy before one is offered', () => {
    const { store } = observedStore();

    expect(store.current()).toBeUndefined();
    expect(store.state()).toEqual({ kind: 'none', problems: [] });
  });

  it('puts a good policy in force and tells so once', () => {
    const { store, events, changes } = observedStore();

    store.offer(good, origin);

    expect(store.current()?.text).toBe(good);
    expect(store.state()).toMatchObject({ kind: 'current', origin });
    expect(events).toMatchObject([{ kind: 'loaded', origin }]);
    expect(changes).toEqual([good]);
  });

  it('keeps the good policy when a bad one follows, and is stale with its problems', () => {
    const { store, events, changes } = observedStore();
    store.offer(good, origin);

    store.offer(bad, origin);

    expect(store.current()?.text).toBe(good);
    expect(store.state()).toMatchObject({
      kind: 'stale',
      problems: [{ code: 'PolicyInvalidValue', source: origin.source, line: 3, column: 7 }],
    });
    expect(events.at(-1)).toMatchObject({ kind: 'refused', inForce: store.current()?.hash });
    expect(changes).toEqual([good]);
  });

  it('keeps the good policy when there is none any more', () => {
    const { store } = observedStore();
    store.offer(good, origin);

    store.offer(undefined, origin);

    expect(store.current()?.text).toBe(good);
    expect(store.state()).toMatchObject({ kind: 'stale', problems: [{ code: 'PolicyNotFound' }] });
  });

  it('has no policy when the first one is bad, and says why', () => {
    const { store, events, changes } = observedStore();

    store.offer(bad, origin);

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
    store.offer(good, origin);

    store.offer(other, origin);

    expect(store.current()?.text).toBe(other);
    expect(changes).toEqual([good, other]);
  });

  it('is no longer stale when the good policy comes back, which is no change', () => {
    const { store, events, changes } = observedStore();
    store.offer(good, origin);
    store.offer(bad, origin);

    store.offer(good, origin);

    expect(store.state().kind).toBe('current');
    expect(events.map(({ kind }) => kind)).toEqual(['loaded', 'refused', 'loaded']);
    expect(changes).toEqual([good]);
  });

  it.each([
    ['good', good],
    ['bad', bad],
    ['absent', undefined],
  ])('tells of the same %s policy only once', (_, text) => {
    const { store, events } = observedStore();

    store.offer(text, origin);
    store.offer(text, { ...origin, resourceVersion: '8' });

    expect(events).toHaveLength(1);
  });

  it('no longer calls a listener that has gone', () => {
    const { store } = observedStore();
    const seen: string[] = [];
    const stop = store.onChange((loaded) => seen.push(loaded.text));
    store.offer(good, origin);

    stop();
    store.offer(other, origin);

    expect(seen).toEqual([good]);
  });
});
