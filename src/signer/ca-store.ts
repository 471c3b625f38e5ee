// SPDX-License-Identifier: Apache-2.0
// Keeps the CA of each signer as its files say: read again when they change, and never replaced by a bad one.

import { fail, ok, type Result } from '../vocabulary/result.js';
import type { SignerEntry } from '../authority/signer-entry.js';
import { authorityTrouble, type SigningTrouble } from '../authority/trouble.js';
import { loadAuthority, outOfDate, type SigningAuthority } from './signing-authority.js';

/** Where a CA lies. */
export type CaFiles = SignerEntry['ca'];

/** How files are read. Both reject when a file is not there or not readable. */
export interface CaFileAccess {
  /** A text that changes whenever the file does. */
  readonly version: (path: string) => Promise<string>;
  readonly read: (path: string) => Promise<string>;
}

export interface CaStoreOptions {
  readonly files: CaFileAccess;
  readonly nowMs: () => number;
  /** Told of each new trouble with the files of a CA, also where the last good CA goes on signing. */
  readonly onTrouble: (files: CaFiles, trouble: SigningTrouble) => void;
  /** How often the files are looked at, at most, however many requests there are. */
  readonly checkEveryMs?: number;
}

/** Secret volumes change within a minute; a second is soon enough and costs two stats. */
const CHECK_EVERY_MS = 1000;

/** One CA: what its files last said, and what signs. */
interface Kept {
  authority: SigningAuthority | undefined;
  trouble: SigningTrouble | undefined;
  /** Versions of both files as of the authority in use. */
  version: string | undefined;
  checkedAtMs: number;
  checking: Promise<void> | undefined;
}

/** The CAs of all signers, by their files. */
export class CaStore {
  readonly #options: CaStoreOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: CaStoreOptions) {
    this.#options = options;
  }

  /** The CA to sign with now, or why there is none: then requests wait. Never rejects. */
  async get(files: CaFiles): Promise<Result<SigningAuthority, SigningTrouble>> {
    const kept = this.#of(files);
    const nowMs = this.#options.nowMs();
    const isDue = Math.abs(nowMs - kept.checkedAtMs) >= this.#checkEveryMs;
    if (kept.checking === undefined && isDue) {
      kept.checkedAtMs = nowMs;
      kept.checking = this.#check(files, kept).finally(() => {
        kept.checking = undefined;
      });
    }
    await kept.checking;
    if (kept.authority === undefined) return fail(kept.trouble ?? NOT_READ);
    const trouble = outOfDate(kept.authority, nowMs);
    return trouble === undefined ? ok(kept.authority) : fail(trouble);
  }

  get #checkEveryMs(): number {
    return this.#options.checkEveryMs ?? CHECK_EVERY_MS;
  }

  #of(files: CaFiles): Kept {
    const key = JSON.stringify([files.certFile, files.keyFile]);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const kept: Kept = {
      authority: undefined,
      trouble: undefined,
      version: undefined,
      checkedAtMs: Number.NEGATIVE_INFINITY,
      checking: undefined,
    };
    this.#kept.set(key, kept);
    return kept;
  }

  /** A candidate that cannot sign now is tried again at the next check: it may become valid, or its key may follow. */
  async #check(files: CaFiles, kept: Kept): Promise<void> {
    const version = await this.#version(files);
    if (version !== undefined && version === kept.version) {
      kept.trouble = undefined;
      return;
    }
    const candidate = version === undefined ? fail(NOT_READ) : await this.#load(files);
    const trouble = candidate.ok
      ? outOfDate(candidate.value, this.#options.nowMs())
      : candidate.error;
    if (trouble?.message !== kept.trouble?.message && trouble !== undefined) {
      this.#options.onTrouble(files, trouble);
    }
    kept.trouble = trouble;
    if (trouble !== undefined || !candidate.ok) return;
    kept.authority = candidate.value;
    kept.version = version;
  }

  async #version({ certFile, keyFile }: CaFiles): Promise<string | undefined> {
    const { version } = this.#options.files;
    try {
      return JSON.stringify(await Promise.all([version(certFile), version(keyFile)]));
    } catch {
      return undefined;
    }
  }

  async #load({ certFile, keyFile }: CaFiles): Promise<Result<SigningAuthority, SigningTrouble>> {
    const { read } = this.#options.files;
    try {
      const [certificate, key] = await Promise.all([read(certFile), read(keyFile)]);
      return loadAuthority(certificate, key);
    } catch {
      return fail(NOT_READ);
    }
  }
}

const NOT_READ = authorityTrouble(
  'CaUnreadable',
  'the files of the CA cannot be read (missing, not permitted, or too large)',
);
