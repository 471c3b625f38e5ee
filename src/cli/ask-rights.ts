// SPDX-License-Identifier: Apache-2.0
// Asks the API server for many rights of this program, a few at a time.

import { createSelfSubjectAccessReview } from '../kube/access-reviews.js';
import type { Transport } from '../kube/transport.js';
import type { Right } from '../review/right.js';

/** What one question comes to. */
type Answer = Awaited<ReturnType<typeof createSelfSubjectAccessReview>>;

/** May this program do it? Never throws. */
export type AskRight = (right: Right, signal: AbortSignal) => Promise<Answer>;

/** What was learned of some rights. */
export interface Findings {
  readonly missing: readonly Right[];
  /** Why some could not be asked for now. */
  readonly trouble: string | undefined;
  /** Why this program may not even ask; what it lacks then shows when it is refused. */
  readonly refused: string | undefined;
}

/** Questions at the same time; a policy needs about a dozen. */
const PARALLEL = 8;

/** Asks through the API server, as its admission plug-in for signers asks: by name, then for the whole domain. */
export const askForRight =
  (transport: Pick<Transport, 'request'>): AskRight =>
  async (right, signal) => {
    const answer = await ask(transport, right, signal);
    const wildcard = wildcardOf(right);
    const isNo = answer.kind === 'known' && !answer.allowed;
    return isNo && wildcard !== undefined ? ask(transport, wildcard, signal) : answer;
  };

/** Asks for each of `rights` once. */
export async function askForAll(
  askOne: AskRight,
  rights: readonly Right[],
  signal: AbortSignal,
): Promise<Findings> {
  const missing: Right[] = [];
  let trouble: string | undefined;
  let refused: string | undefined;
  for (let first = 0; first < rights.length; first += PARALLEL) {
    // One batch after the other: at start the API server has other things to do for us.
    const batch = rights.slice(first, first + PARALLEL);
    const answers = await Promise.all(batch.map((right) => askOne(right, signal)));
    for (const [index, answer] of answers.entries()) {
      const right = batch[index];
      if (answer.kind === 'unavailable') trouble = answer.message;
      else if (answer.kind === 'refused') refused = answer.message;
      else if (!answer.allowed && right !== undefined) missing.push(right);
    }
  }
  return { missing, trouble, refused };
}

const ask = (
  transport: Pick<Transport, 'request'>,
  { verb, apiGroup, resource, subresource, name, namespace }: Right,
  signal: AbortSignal,
): Promise<Answer> =>
  createSelfSubjectAccessReview(
    transport,
    {
      verb,
      group: apiGroup,
      resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
    },
    signal,
  );

/** The right on every signer of the same domain, which stands for the right on one. */
function wildcardOf(right: Right): Right | undefined {
  const [domain = '', path] = right.name?.split('/') ?? [];
  if (right.resource !== 'signers' || path === undefined || path === '*') return undefined;
  return { ...right, name: `${domain}/*` };
}
