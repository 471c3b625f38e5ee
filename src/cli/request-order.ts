// SPDX-License-Identifier: Apache-2.0
// Reads from the flags what csr-approver request is to ask for.

import { join } from 'node:path';
import { parseLifetime, secondsOf } from '../policy/durations.js';
import { API_CLIENT_SIGNER } from '../request/well-known-signers.js';
import type { LoginWish } from '../review/login-request.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { GivenFlags } from './command.js';

/** A working day: what is short-lived need not be revoked, which Kubernetes cannot do. */
export const DEFAULT_LIFETIME = '8h';
export const DEFAULT_TIMEOUT = '5m';

/** Kubernetes deletes pending requests after a day. */
const MAX_TIMEOUT_SECONDS = 24 * 3600;

/** Names that are file names too: no separator, no dot in front, and room for an ending. */
const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,198}[a-z0-9])?$/;

/** What the flags say; who asks is not known yet. */
export interface RequestOrder {
  readonly wish: Omit<LoginWish, 'commonName'>;
  /** Undefined for the name by which the cluster knows who asks. */
  readonly commonName: string | undefined;
  /** Where the key is until there is a certificate. */
  readonly keyPath: string;
  readonly kubeconfigPath: string;
  readonly contextName: string;
  readonly timeoutMs: number;
  /** As it was written. */
  readonly timeout: string;
}

/** The error is one line for the user. */
export function readOrder(given: GivenFlags): Result<RequestOrder, string> {
  const [name] = given.positionals;
  if (name === undefined)
    return fail('UsageError: NAME is missing: how the request is to be called');
  if (!NAME.test(name)) {
    return fail(
      `UsageError: ${quoted(name)} is no name: lower-case letters, digits, "-" and ".", at most 200`,
    );
  }
  const lifetime = parseLifetime(given.text('lifetime') ?? DEFAULT_LIFETIME);
  if (!lifetime.ok) return fail(`UsageError: --lifetime: ${lifetime.error.message}`);
  const timeout = given.text('timeout') ?? DEFAULT_TIMEOUT;
  const timeoutSeconds = secondsOf(timeout) ?? 0;
  if (timeoutSeconds === 0 || timeoutSeconds > MAX_TIMEOUT_SECONDS) {
    return fail(`UsageError: --timeout: ${quoted(timeout)} is no duration between 1s and 24h`);
  }
  const path = join(given.text('out') ?? '.', name);
  return ok({
    wish: {
      name,
      organizations: [...new Set(given.texts('group'))],
      signerName: given.text('signer') ?? API_CLIENT_SIGNER,
      expirationSeconds: lifetime.value,
    },
    commonName: given.text('user'),
    keyPath: `${path}.request.key`,
    kubeconfigPath: `${path}.kubeconfig`,
    contextName: given.text('new-context') ?? name,
    timeoutMs: timeoutSeconds * 1000,
    timeout,
  });
}
