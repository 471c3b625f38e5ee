// SPDX-License-Identifier: Apache-2.0
// How many of something may happen now: a few at once, and then so many in each second.

/** What is allowed; whoever asks and gets no leaves it. */
export class Allowance {
  readonly #atOnce: number;
  readonly #perSecond: number;
  #left: number;
  #countedAtMs: number | undefined;

  constructor({ atOnce, perSecond }: { readonly atOnce: number; readonly perSecond: number }) {
    this.#atOnce = atOnce;
    this.#perSecond = perSecond;
    this.#left = atOnce;
  }

  /** Takes one, if there is one left at `nowMs`. A clock that goes back gives nothing and takes nothing. */
  take(nowMs: number): boolean {
    const passedMs = Math.max(0, nowMs - (this.#countedAtMs ?? nowMs));
    this.#countedAtMs = nowMs;
    this.#left = Math.min(this.#atOnce, this.#left + (passedMs * this.#perSecond) / 1000);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
