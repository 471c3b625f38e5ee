// SPDX-License-Identifier: Apache-2.0
// A policy in a file, looked at again and again: it sees renames and swapped symbolic links, which file events miss.

import { open } from 'node:fs/promises';
import { type Clock, pause } from '../controller/clock.js';
import { partOfBytes } from '../policy/policy-part.js';
import { MAX_POLICY_BYTES } from '../vocabulary/limits.js';
import type { OfferPolicy, PolicySource } from './policy-source.js';

/** A look costs one open and one fstat. */
const DEFAULT_POLL_MS = 1000;

/** Tells one state of a file from another; `absent` when it cannot be read. */
interface Sight {
  readonly mark: string;
  readonly bytes: Uint8Array | undefined;
}

const ABSENT: Sight = { mark: 'absent', bytes: undefined };

/**
 * Watches `path`. The first sight is offered at once; a later one when two looks agree, so that a file is not
 * read while it is written. A file that cannot be read is offered as nothing.
 */
export function createFileSource(options: {
  readonly path: string;
  readonly clock: Clock;
  readonly offer: OfferPolicy;
  readonly pollMs?: number;
}): PolicySource {
  const { path, clock, pollMs = DEFAULT_POLL_MS } = options;
  const origin = { source: path };
  const offer = ({ bytes }: Sight): void =>
    options.offer(
      bytes === undefined
        ? { kind: 'nothing', why: 'the file cannot be read', origin }
        : { kind: 'texts', parts: [partOfBytes(bytes, { name: path, source: path })], origin },
    );
  return {
    async start(signal) {
      let offered = await look(path, undefined);
      let lastMark = offered.mark;
      if (signal.aborted) return;
      offer(offered);
      for (;;) {
        await pause(clock, pollMs, signal);
        if (signal.aborted) return;
        const sight = await look(path, offered.mark);
        const isSettled = sight.mark === lastMark;
        lastMark = sight.mark;
        if (!isSettled || sight.mark === offered.mark || signal.aborted) continue;
        offered = sight;
        offer(sight);
      }
    },
  };
}

/** Looks at the file; its bytes are read only when its mark is not `known`. */
async function look(path: string, known: string | undefined): Promise<Sight> {
  try {
    const file = await open(path, 'r');
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
      const mark = [dev, ino, size, mtimeNs, ctimeNs].join(':');
      if (mark === known) return { mark, bytes: undefined };
      // One byte more than may be: the loader then says that the text is too long.
      const bytes = new Uint8Array(MAX_POLICY_BYTES + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = (await file.read(bytes, length, bytes.length - length, length)).bytesRead;
      }
      return { mark, bytes: bytes.slice(0, length) };
    } finally {
      await file.close();
    }
  } catch {
    return ABSENT;
  }
}
