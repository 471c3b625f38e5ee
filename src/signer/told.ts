// SPDX-License-Identifier: Apache-2.0
// Remembers what was told of each waiting request, so that every reason is told once and not at every look.

import { MAX_TOLD_REQUESTS } from '../vocabulary/limits.js';
import type { CsrObject } from '../request/csr-object.js';

/** What was last told, by the name of the request; bounded, the oldest is forgotten first. */
export class Told {
  readonly #byName = new Map<string, string>();

  /** Whether `reason` is another one than was last told of this object; from now on it counts as told. */
  isNews({ name, uid }: CsrObject, reason: string): boolean {
    const told = `${uid} ${reason}`;
    if (this.#byName.get(name) === told) return false;
    this.#byName.delete(name);
    this.#byName.set(name, told);
    for (const oldest of this.#byName.keys()) {
      if (this.#byName.size <= MAX_TOLD_REQUESTS) break;
      this.#byName.delete(oldest);
    }
    return true;
  }

  forget(name: string): void {
    this.#byName.delete(name);
  }
}
