// SPDX-License-Identifier: Apache-2.0
// The bearer token of the next call: read from its source no more often than needed, never shown to anybody.

import { readFile } from 'node:fs/promises';
import type { Clock } from './clock.js';
import type { TokenSource } from './server-config.js';

/** As client-go; kubelets renew a projected token long before it expires. */
const FILE_KEPT_MS = 60_000;

/** A credential plug-in may ask a person; past this it counts as broken. */
const FUNCTION_TIMEOUT_MS = 60_000;

/** What the transport asks before each call. */
export interface Tokens {
  /** The token to send; undefined where none is sent. Rejects when there should be one and it cannot be had. */
  current(): Promise<string | undefined>;
  /** The server refused `token` with 401. Whether another one is at hand now, so that the call may be repeated. */
  refused(token: string | undefined): Promise<boolean>;
}

/** The reader of `source`. */
export function createTokens(source: TokenSource, clock: Clock): Tokens {
  if (source.kind === 'file') return fileTokens(source.path, clock);
  if (source.kind === 'function') return functionTokens(source.get, clock);
  return fixed(source.kind === 'static' ? source.token : undefined);
}

const fixed = (token: string | undefined): Tokens => ({
  current: () => Promise.resolve(token),
  refused: () => Promise.resolve(false),
});

function fileTokens(path: string, clock: Clock): Tokens {
  let kept: { readonly token: string; readonly readAtMs: number } | undefined;

  const read = async (): Promise<string> => {
    const readAtMs = clock.nowMs();
    // A final newline is usual and would break the header.
    const token = (await readFile(path, 'utf8')).trim();
    kept = { token, readAtMs };
    return token;
  };

  return {
    current: async () => {
      const known = kept;
      if (known !== undefined && clock.nowMs() - known.readAtMs < FILE_KEPT_MS) return known.token;
      try {
        return await read();
      } catch (error) {
        // Kubelets swap the folder of a projected token; the token that we have is good for an hour.
        if (known !== undefined) return known.token;
        throw error;
      }
    },
    refused: async (token) => {
      if (kept !== undefined && kept.token !== token) return true;
      try {
        return (await read()) !== token;
      } catch {
        return false;
      }
    },
  };
}

function functionTokens(
  get: (refused: boolean) => Promise<string | undefined>,
  clock: Clock,
): Tokens {
  const ask = (refused: boolean): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const cancel = clock.after(FUNCTION_TIMEOUT_MS, () => reject(new TokenTimeout()));
      get(refused).then(resolve, reject).finally(cancel);
    });

  return {
    current: () => ask(false),
    refused: async (token) => {
      try {
        return (await ask(true)) !== token;
      } catch {
        return false;
      }
    },
  };
}

/** The credential plug-in did not answer. */
class TokenTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}
