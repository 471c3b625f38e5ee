// SPDX-License-Identifier: Apache-2.0
// Lines of waiting keys, one per lane, served in turn: whoever fills one lane does not delay the others.

/** A key and the lane that it waits in. */
export interface Waiting {
  readonly key: string;
  readonly lane: string;
}

/** Below this a line is not worth compacting. */
const MIN_COMPACTED = 32;

/**
 * First in, first out within a lane, round-robin between lanes. With `n` lanes a key that has `p` keys before
 * it in its lane is next after at most `(p + 1) * n` turns. A lane exists only while somebody waits in it.
 */
export class Lanes {
  /** In the order of their turns; JavaScript's Map keeps it. */
  readonly #lines = new Map<string, Line>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get laneCount(): number {
    return this.#lines.size;
  }

  push({ key, lane }: Waiting): void {
    const line = this.#lines.get(lane);
    if (line === undefined) this.#lines.set(lane, new Line(key));
    else line.push(key);
    this.#size += 1;
  }

  /** The next in turn, who leaves the line; undefined when nobody waits. */
  shift(): Waiting | undefined {
    for (const [lane, line] of this.#lines) {
      const key = line.shift();
      this.#size -= 1;
      this.#lines.delete(lane);
      if (line.length > 0) this.#lines.set(lane, line);
      return { key, lane };
    }
    return undefined;
  }
}

/** A queue whose `shift` costs the same however long it is; never empty while it stands in a map of lanes. */
class Line {
  #keys: string[];
  #first = 0;

  constructor(key: string) {
    this.#keys = [key];
  }

  get length(): number {
    return this.#keys.length - this.#first;
  }

  push(key: string): void {
    this.#keys.push(key);
  }

  shift(): string {
    const key = this.#keys[this.#first];
    if (key === undefined) throw new RangeError('a lane without keys');
    this.#first += 1;
    if (this.#first >= MIN_COMPACTED && this.#first * 2 >= this.#keys.length) {
      this.#keys = this.#keys.slice(this.#first);
      this.#first = 0;
    }
    return key;
  }
}
