// SPDX-License-Identifier: Apache-2.0
// Keeps the newest entries of a map: every cache of this program has a bound.

/** Puts `value` under `key` as the newest entry; beyond `most` entries the oldest are forgotten. */
export function keepNewest<K, V>(
  map: Map<K, V>,
  [key, value]: readonly [K, V],
  most: number,
): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}
