// SPDX-License-Identifier: Apache-2.0
// Remembers what was told of each waiting request, so that every reason is told once and not at every look.

import { MAX_TOLD_REQUESTS } from '../vocabulary/limits.js';
import { keepNewest } from '../vocabulary/newest.js';
import type { CsrObject } from '../request/csr-object.js';

/** What was last told, by the name of the request; bounded, the oldest is forgotten first. */
export class Told {
  readonly #byName = new Map<string, string>();

  /** Whether `reason` is another one than was last told of this object; from now on it counts as told. */
  isNews({ name, uid }: CsrObject, reason: string): boolean {
    const told = `${uid} ${reason}`;
    if (this.#byName.get(name) === told) return false;
    keepNewest(this.#byName, [name, told], MAX_TOLD_REQUESTS);
    return true;
  }

  forget(name: string): void {
    this.#byName.delete(name);
  }
}
