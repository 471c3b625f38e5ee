// SPDX-License-Identifier: Apache-2.0
// The patch formats: RFC 7386, RFC 6902, and of strategic merge patches as much as is the same as a merge patch.

import { isDeepStrictEqual } from 'node:util';
import { ApiFailure, badRequest, notImplemented, unsupportedMediaType } from './failures.js';
import { isObject, textAt } from './json.js';

/** Throws a 501 for a server-side apply. */
export function refuseApply(contentType: string): void {
  if (contentType === APPLY) throw notImplemented('server-side apply (it knows no field owners)');
}

const MERGE = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

/** The media types of patches, for a body that is refused. */
export const PATCH_TYPES = [JSON_PATCH, MERGE, STRATEGIC, APPLY].join(', ');

/**
 * The target with the patch applied. Strategic merge patches with lists are taken only where the lists are replaced
 * as a whole. Throws a 400, 415, 422 or 501.
 */
export function applyPatch(
  contentType: string,
  target: unknown,
  patch: unknown,
  listsAreAtomic: boolean,
): unknown {
  if (contentType === JSON_PATCH) return applyOperations(target, patch);
  if (contentType !== MERGE && contentType !== STRATEGIC) throw unsupportedMediaType(PATCH_TYPES);
  if (!isObject(patch)) throw badRequest('a merge patch is an object');
  if (contentType === STRATEGIC) refuseStrategies(patch, listsAreAtomic);
  return merge(target, patch);
}

function refuseStrategies(patch: unknown, listsAreAtomic: boolean): void {
  if (Array.isArray(patch) && !listsAreAtomic) {
    throw notImplemented('strategic merge patch of lists; use a merge patch');
  }
  if (!isObject(patch)) return;
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) throw notImplemented(`strategic merge patch with ${name}`);
    refuseStrategies(value, listsAreAtomic);
  }
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}

/** The real server says no more than this when a patch does not apply. */
const unprocessable = (): ApiFailure =>
  new ApiFailure(422, 'Invalid', 'the server rejected our request due to an error in our request');

function applyOperations(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  let document: unknown = structuredClone(target);
  for (const operation of patch) document = applyOperation(document, operation);
  return document;
}

function applyOperation(document: unknown, operation: unknown): unknown {
  const { value } = isObject(operation) ? operation : {};
  const path = pointerOf(textAt(operation, 'path'));
  const from = pointerOf(textAt(operation, 'from'));
  switch (textAt(operation, 'op')) {
    case 'add':
      return edit(document, path, { insert: value });
    case 'replace':
      return edit(document, path, { insert: value }, true);
    case 'remove':
      return edit(document, path, 'remove');
    case 'copy':
      return edit(document, path, { insert: structuredClone(valueAt(document, from)) });
    case 'move': {
      const moved = valueAt(document, from);
      return edit(edit(document, from, 'remove'), path, { insert: moved });
    }
    case 'test':
      if (isDeepStrictEqual(valueAt(document, path), value)) return document;
      throw unprocessable();
    default:
      throw unprocessable();
  }
}

const pointerOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

function valueAt(document: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return document;
  if (Array.isArray(document) && Number(step) < document.length) {
    return valueAt(document[Number(step)], rest);
  }
  if (isObject(document) && Object.hasOwn(document, step)) return valueAt(document[step], rest);
  throw unprocessable();
}

type Edit = 'remove' | { readonly insert: unknown };

/** What is to be removed or replaced may be missing; the real server does not mind. */
function edit(
  document: unknown,
  path: readonly string[],
  change: Edit,
  isReplacing = false,
): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change === 'remove' ? undefined : change.insert;
  if (rest.length > 0) {
    const inner = edit(valueAt(document, [step]), rest, change, isReplacing);
    if (Array.isArray(document)) return document.with(Number(step), inner);
    return { ...(isObject(document) ? document : {}), [step]: inner };
  }
  if (Array.isArray(document)) {
    const index = step === '-' ? document.length : Number(step);
    if (!(index >= 0 && index <= document.length)) throw unprocessable();
    const removed = change === 'remove' || isReplacing ? 1 : 0;
    return document.toSpliced(index, removed, ...(change === 'remove' ? [] : [change.insert]));
  }
  if (!isObject(document)) throw unprocessable();
  const { [step]: _, ...others } = document;
  return change === 'remove' ? others : { ...others, [step]: change.insert };
}
