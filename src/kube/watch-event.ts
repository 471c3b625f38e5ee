// SPDX-License-Identifier: Apache-2.0
// Reads one line of a watch.

import { field, stringAt } from '../vocabulary/json.js';
import { refused, type Refused } from './api-answer.js';
import { versionOf } from './reflector-store.js';

/** A line of a watch, by what it means to the reader. */
export type WatchEvent =
  | { readonly kind: 'put' | 'delete'; readonly object: unknown; readonly version: string }
  | {
      readonly kind: 'bookmark';
      readonly version: string;
      /** The list that a streaming list begins with is complete. */
      readonly endsList: boolean;
    }
  | { readonly kind: 'error'; readonly refusal: Refused }
  | { readonly kind: 'malformed' };

const END_OF_LIST = 'k8s.io/initial-events-end';

const malformed: WatchEvent = { kind: 'malformed' };

/** An unknown type is malformed: who does not know what happened must list again. */
export function readWatchEvent(json: unknown): WatchEvent {
  const object = field(json, 'object');
  const type = stringAt(json, 'type');
  if (type === 'ERROR') return { kind: 'error', refusal: refusalOf(object) };
  const version = versionOf(object);
  if (version === undefined || version === '') return malformed;
  if (type === 'ADDED' || type === 'MODIFIED') return { kind: 'put', object, version };
  if (type === 'DELETED') return { kind: 'delete', object, version };
  if (type === 'BOOKMARK') return { kind: 'bookmark', version, endsList: endsList(object) };
  return malformed;
}

function endsList(object: unknown): boolean {
  const annotations = field(field(object, 'metadata'), 'annotations');
  return stringAt(annotations, END_OF_LIST) === 'true';
}

/** The Status in an ERROR event; without a usable code it counts as the server's own trouble. */
function refusalOf(status: unknown): Refused {
  const code = field(status, 'code');
  return refused(typeof code === 'number' ? code : 500, status, undefined);
}
