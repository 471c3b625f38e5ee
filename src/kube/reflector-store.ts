// SPDX-License-Identifier: Apache-2.0
// What a reflector knows: the newest value of each key that is still wanted, and what our own writes made of it.

import { field, stringAt } from '../vocabulary/json.js';

/** Turns the API's JSON into what is kept of it; undefined for what can never be of interest. */
export type ParseObject<V> = (
  json: unknown,
) => { readonly key: string; readonly value: V } | undefined;

export interface StoreOptions<V> {
  readonly parse: ParseObject<V>;
  /** Whether `value` is still wanted; what is not is dropped, and `get` does not know it. Default: all are. */
  readonly keep?: (value: V) => boolean;
  /** Told each key whose value is new, another, or gone. May throw; that is caught and told to `onFault`. */
  readonly onChange: (key: string) => void;
  readonly onFault: (error: unknown) => void;
}

/** Our writes to one object that the watch has not shown yet; a controller makes two. */
const MAX_SUPERSEDED = 8;

interface Entry<V> {
  /** Undefined while only our own write is remembered, of an object that is not wanted any more. */
  readonly value: V | undefined;
  readonly version: string;
  /** Versions that our writes replaced: a list or watch that lags may still bring them, and they are old. */
  readonly superseded: readonly string[];
}

/** The resourceVersion of an object, a list or a bookmark. */
export const versionOf = (json: unknown): string | undefined =>
  stringAt(field(json, 'metadata'), 'resourceVersion');

/**
 * ResourceVersions are compared for equality only. That is enough to know old from new: a watch and a consistent
 * list only move forward, and a write of ours was locked on the version that it replaced, so it follows it directly.
 */
export class ReflectorStore<V> {
  readonly #options: StoreOptions<V>;
  readonly #entries = new Map<string, Entry<V>>();

  constructor(options: StoreOptions<V>) {
    this.#options = options;
  }

  /** Wanted objects, and writes that the watch has not shown yet. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  *values(): Generator<V, void, undefined> {
    for (const { value } of this.#entries.values()) if (value !== undefined) yield value;
  }

  /** Takes an object from a list or a watch; answers its key. */
  put(json: unknown): string | undefined {
    const parsed = this.#parse(json);
    if (parsed === undefined) return undefined;
    const { key, value } = parsed;
    const version = versionOf(json) ?? '';
    const known = this.#entries.get(key);
    if (known?.superseded.includes(version)) return key;
    if (known?.version === version) this.#confirm(key, known);
    else this.#replace(key, known, { value, version, superseded: [] });
    return key;
  }

  /** Takes the deletion of an object. */
  remove(json: unknown): void {
    const parsed = this.#parse(json);
    if (parsed !== undefined) this.#drop(parsed.key);
  }

  /** Drops every key that is not in `keys`: what a complete list did not have is gone. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#drop(key);
  }

  /**
   * Takes the answer of our own write that was locked on `replaced`. False, and nothing changes, when that is not
   * the version we have: then the watch was faster and has shown this write, a later one, or the deletion.
   */
  absorb(json: unknown, replaced: string): boolean {
    const parsed = this.#parse(json);
    const version = versionOf(json);
    if (parsed === undefined || version === undefined || version === replaced) return false;
    const known = this.#entries.get(parsed.key);
    if (known?.version !== replaced) return false;
    const superseded = [...known.superseded, replaced].slice(-MAX_SUPERSEDED);
    const value = this.#keep(parsed.value) ? parsed.value : undefined;
    this.#entries.set(parsed.key, { value, version, superseded });
    this.#changed(parsed.key);
    return true;
  }

  /** The watch has come as far as our write. */
  #confirm(key: string, known: Entry<V>): void {
    if (known.value === undefined) this.#entries.delete(key);
    else if (known.superseded.length > 0) this.#entries.set(key, { ...known, superseded: [] });
  }

  #replace(key: string, known: Entry<V> | undefined, next: Entry<V> & { readonly value: V }): void {
    if (this.#keep(next.value)) {
      this.#entries.set(key, next);
      this.#changed(key);
    } else if (known !== undefined) {
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    if (this.#entries.delete(key)) this.#changed(key);
  }

  #parse(json: unknown): ReturnType<ParseObject<V>> {
    return this.#guarded(() => this.#options.parse(json));
  }

  #keep(value: V): boolean {
    const { keep } = this.#options;
    return keep === undefined || (this.#guarded(() => keep(value)) ?? true);
  }

  #changed(key: string): void {
    this.#guarded(() => this.#options.onChange(key));
  }

  /** What others wrote must not end the loop that calls it. */
  #guarded<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      this.#options.onFault(error);
      return undefined;
    }
  }
}
