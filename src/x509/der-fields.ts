// SPDX-License-Identifier: Apache-2.0
// Takes the fields of a SEQUENCE one after the other, as its ASN.1 definition lists them.

import { type DerElement, offsetOf } from './der-reader.js';
import { tagName } from './der-tags.js';
import { refuse } from './refused.js';

/** Refuses `element` unless its tag is `tag`; `what` names it in the refusal. */
export function requireTag(element: DerElement, tag: number, what: string): DerElement {
  if (element.tag !== tag) {
    const detail = `${what} is not ${tagName(tag)} but ${tagName(element.tag)}`;
    refuse('DerUnexpected', offsetOf(element), detail);
  }
  return element;
}

/** A cursor over the fields of one constructed element; `end` must be called so that nothing is left unread. */
export class DerFields {
  readonly #parent: DerElement;
  readonly #what: string;
  #next = 0;

  constructor(parent: DerElement, tag: number, what: string) {
    this.#parent = requireTag(parent, tag, what);
    this.#what = what;
  }

  /** The next field, whatever its type. */
  any(what: string): DerElement {
    const element = this.#parent.children[this.#next];
    if (element === undefined) {
      const detail = `${what} is missing in ${this.#what}`;
      refuse('DerUnexpected', offsetOf(this.#parent), detail);
    }
    this.#next += 1;
    return element;
  }

  /** The next field, which must have `tag`. */
  take(tag: number, what: string): DerElement {
    return requireTag(this.any(what), tag, what);
  }

  /** The next field if it has `tag`. */
  optional(tag: number): DerElement | undefined {
    const element = this.#parent.children[this.#next];
    if (element?.tag !== tag) return undefined;
    this.#next += 1;
    return element;
  }

  /** Refuses further fields. */
  end(): void {
    const element = this.#parent.children[this.#next];
    if (element === undefined) return;
    refuse('DerUnexpected', offsetOf(element), `${this.#what} has a field that it must not have`);
  }
}
