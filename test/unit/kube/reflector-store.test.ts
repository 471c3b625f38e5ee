// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ReflectorStore } from '../../../src/kube/reflector-store.js';
import type { StoreOptions } from '../../../src/kube/reflector-store.js';

interface Thing {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly text: string;
}

const thing = (name: string, resourceVersion: string, text = `text ${resourceVersion}`): Thing => ({
  metadata: { name, resourceVersion },
  text,
});

function storeWith(options: Partial<StoreOptions<string>> = {}) {
  const changes: string[] = [];
  const faults: unknown[] = [];
  const store = new ReflectorStore<string>({
    parse: (json) => ({ key: (json as Thing).metadata.name, value: (json as Thing).text }),
    onChange: (key) => changes.push(key),
    onFault: (error) => faults.push(error),
    ...options,
  });
  return { store, changes, faults };
}

/** `done` things are not wanted. */
const unlessDone = { keep: (text: string) => text !== 'done' };

describe('the store', () => {
  it('has what was put, and tells each key whose value is new or another', () => {
    const { store, changes } = storeWith();
    store.put(thing('a', '1'));
    store.put(thing('a', '1'));
    store.put(thing('a', '2'));

    expect([...store.values()]).toEqual(['text 2']);
    expect(changes).toEqual(['a', 'a']);
  });

  it('forgets what was removed, and tells only of what it had', () => {
    const { store, changes } = storeWith();
    store.put(thing('a', '1'));
    store.remove(thing('a', '2'));
    store.remove(thing('never there', '3'));

    expect(store.get('a')).toBeUndefined();
    expect(changes).toEqual(['a', 'a']);
  });

  it('forgets what a complete list did not have', () => {
    const { store, changes } = storeWith();
    store.put(thing('a', '1'));
    store.put(thing('b', '2'));
    store.retain(new Set(['b']));

    expect([store.get('a'), store.get('b')]).toEqual([undefined, 'text 2']);
    expect(changes).toEqual(['a', 'b', 'a']);
  });

  it('keeps nothing of what is not wanted, and tells of it only when it was wanted before', () => {
    const { store, changes } = storeWith(unlessDone);
    store.put(thing('never wanted', '1', 'done'));
    store.put(thing('a', '2'));
    store.put(thing('a', '3', 'done'));

    expect([store.size, store.get('a')]).toEqual([0, undefined]);
    expect(changes).toEqual(['a', 'a']);
  });

  it('leaves out what cannot be read', () => {
    const { store } = storeWith({ parse: () => undefined });

    expect([store.put(thing('a', '1')), store.size]).toEqual([undefined, 0]);
  });

  it.each(['parse', 'keep', 'onChange'] as const)(
    'survives a %s that throws, and tells',
    (name) => {
      const broken = (): never => {
        throw new RangeError('broken');
      };
      const { store, faults } = storeWith({ [name]: broken });
      store.put(thing('a', '1'));

      expect(faults).toHaveLength(1);
      // What could not be judged is kept rather than lost.
      expect(store.size).toBe(name === 'parse' ? 0 : 1);
    },
  );
});

describe('our own write', () => {
  it('is seen at once and told once', () => {
    const { store, changes } = storeWith();
    store.put(thing('a', '1'));

    expect(store.absorb(thing('a', '2'), '1')).toBe(true);
    store.put(thing('a', '2'));
    expect(store.get('a')).toBe('text 2');
    expect(changes).toEqual(['a', 'a']);
  });

  it('is not undone by a list that was read before it', () => {
    const { store } = storeWith();
    store.put(thing('a', '1'));
    store.absorb(thing('a', '2'), '1');
    store.put(thing('a', '1'));

    expect(store.get('a')).toBe('text 2');
  });

  it('and the next one are not undone by what both replaced', () => {
    const { store } = storeWith();
    store.put(thing('a', '1'));
    store.absorb(thing('a', '2'), '1');
    store.absorb(thing('a', '3'), '2');
    store.put(thing('a', '1'));
    store.put(thing('a', '2'));

    expect(store.get('a')).toBe('text 3');
  });

  it('gives way to what others wrote after it', () => {
    const { store } = storeWith();
    store.put(thing('a', '1'));
    store.absorb(thing('a', '2'), '1');
    store.put(thing('a', '3'));

    expect(store.get('a')).toBe('text 3');
  });

  it('changes nothing when the watch has shown it already, or something later', () => {
    const { store, changes } = storeWith();
    store.put(thing('a', '1'));
    store.put(thing('a', '3'));

    expect(store.absorb(thing('a', '2'), '1')).toBe(false);
    expect(store.get('a')).toBe('text 3');
    expect(changes).toHaveLength(2);
  });

  it('does not bring back what was deleted meanwhile', () => {
    const { store } = storeWith();
    store.put(thing('a', '1'));
    store.remove(thing('a', '3'));

    expect(store.absorb(thing('a', '2'), '1')).toBe(false);
    expect(store.get('a')).toBeUndefined();
  });

  it('of something that is not wanted any more hides it, also from a list that was read before', () => {
    const { store, changes } = storeWith(unlessDone);
    store.put(thing('a', '1'));
    store.absorb(thing('a', '2', 'done'), '1');
    store.put(thing('a', '1'));

    expect(store.get('a')).toBeUndefined();
    expect(changes).toEqual(['a', 'a']);
  });

  it.each([
    ['shown by the watch', (store: ReflectorStore<string>) => store.put(thing('a', '2', 'done'))],
    ['overtaken', (store: ReflectorStore<string>) => store.put(thing('a', '3', 'done'))],
    ['deleted', (store: ReflectorStore<string>) => store.remove(thing('a', '3'))],
    ['missing from a list', (store: ReflectorStore<string>) => store.retain(new Set())],
  ])('of something that is not wanted any more leaves no trace once it is %s', (_, show) => {
    const { store } = storeWith(unlessDone);
    store.put(thing('a', '1'));
    store.absorb(thing('a', '2', 'done'), '1');
    show(store);

    expect(store.size).toBe(0);
  });

  it('is never undone, in whatever order answers, events and lists arrive', () => {
    const step = fc.constantFrom('write', 'absorb', 'event', 'list', 'answer of an older list');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (plan) => {
        const { store } = storeWith();
        let server = 1;
        let shown = 1;
        let best = 1;
        let snapshot = 1;
        const answers: number[] = [];
        const versionSeen = (): number => Number(store.get('a')?.slice('text '.length));
        store.put(thing('a', '1'));
        for (const each of plan) {
          // A write is locked on what we see, so it succeeds only when that is the newest.
          if (each === 'write' && versionSeen() === server) answers.push((server += 1));
          if (each === 'absorb') {
            const version = answers.shift();
            if (version !== undefined) store.absorb(thing('a', `${version}`), `${version - 1}`);
          }
          if (each === 'event' && shown < server) store.put(thing('a', `${(shown += 1)}`));
          if (each === 'list') snapshot = Math.max(server, shown);
          if (each === 'answer of an older list' && snapshot >= shown) {
            store.put(thing('a', `${snapshot}`));
            shown = snapshot;
          }
          expect(versionSeen()).toBeGreaterThanOrEqual(best);
          best = Math.max(best, versionSeen());
        }
      }),
      { numRuns: 500 },
    );
  });
});
