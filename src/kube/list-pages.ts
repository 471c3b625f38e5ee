// SPDX-License-Identifier: Apache-2.0
// Lists a collection in pages, for servers that refuse to stream lists.

import { field, listAt, stringAt } from '../vocabulary/json.js';
import { unreachable, type ApiAnswer } from './api-answer.js';
import { versionOf } from './reflector-store.js';
import type { Query, Transport } from './transport.js';

const PAGE_ITEMS = 500;
const PAGE_TIMEOUT_MS = 60_000;

/** Half a million objects at full pages; a server that goes on after that repeats itself. */
const MAX_PAGES = 10_000;

export interface ListPagesOptions {
  readonly transport: Pick<Transport, 'request'>;
  readonly path: string;
  /** Selectors. */
  readonly query: Query;
  readonly signal: AbortSignal;
  /** Takes each item as its page arrives; pages are not kept. */
  readonly onItem: (item: unknown) => void;
}

/** The version that a watch goes on from, or why there is no complete list. */
export async function listPages(
  options: ListPagesOptions,
): Promise<
  { readonly kind: 'listed'; readonly version: string } | Exclude<ApiAnswer, { kind: 'ok' }>
> {
  let limit = PAGE_ITEMS;
  let next: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await options.transport.request({
      method: 'GET',
      path: options.path,
      query: { ...options.query, limit, continue: next },
      signal: options.signal,
      timeoutMs: PAGE_TIMEOUT_MS,
    });
    // Whoever may create objects can make them large; a page of them must not blind us.
    if (answer.kind === 'unreachable' && answer.code === 'TooLarge' && limit > 1) {
      limit = Math.ceil(limit / 8);
      continue;
    }
    if (answer.kind !== 'ok') return answer;
    for (const item of listAt(answer.body, 'items')) options.onItem(item);
    next = stringAt(field(answer.body, 'metadata'), 'continue');
    if (next === undefined || next === '') return listed(answer.body);
  }
  return unreachable('TooManyPages', `the list did not end within ${MAX_PAGES} pages`);
}

function listed(
  body: unknown,
): { readonly kind: 'listed'; readonly version: string } | ReturnType<typeof unreachable> {
  const version = versionOf(body);
  if (version === undefined || version === '') {
    return unreachable('NotAList', 'the answer has no resourceVersion');
  }
  return { kind: 'listed', version };
}
