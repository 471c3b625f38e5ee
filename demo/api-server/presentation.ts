// SPDX-License-Identifier: Apache-2.0
// The form in which objects leave: as they are, or as rows of a table that kubectl prints.

import type { ResourceCall } from './call.js';
import { DEFAULT_COLUMNS } from './columns.js';
import { notAcceptable } from './failures.js';
import type { JsonObject, KubeObject } from './json.js';

/** The form of single objects, and that of lists. */
export interface Presentation {
  readonly object: (object: KubeObject, isFirst?: boolean) => JsonObject;
  readonly list: (objects: readonly KubeObject[], metadata: JsonObject) => JsonObject;
}

/** The form that the call accepts. Throws a 406. */
export function presentationOf(call: ResourceCall, nowMs: () => number): Presentation {
  const { accept, resource } = call;
  const shown = resource.shown ?? ((object: KubeObject) => object);
  if (/;\s*as=Table\b/.test(accept)) return tables(call, nowMs);
  if (accept !== '' && !/application\/(json|\*)(?!;\s*as=)|\*\/\*/.test(accept))
    throw notAcceptable();
  return {
    object: shown,
    list: (objects, metadata) => ({
      kind: `${resource.kind}List`,
      apiVersion: resource.group === '' ? 'v1' : `${resource.group}/${resource.version}`,
      metadata,
      items: objects.map((object) => {
        const { kind: _, apiVersion: __, ...item } = shown(object);
        return item;
      }),
    }),
  };
}

function tables({ resource, query }: ResourceCall, nowMs: () => number): Presentation {
  const { columns = DEFAULT_COLUMNS, shown = (object: KubeObject) => object } = resource;
  const include = query.get('includeObject') ?? 'Metadata';
  const attached = (object: KubeObject): JsonObject => {
    if (include === 'None') return {};
    if (include === 'Object') return { object: shown(object) };
    const { metadata } = object;
    const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
    return { object: partial };
  };
  const table = (
    objects: readonly KubeObject[],
    metadata: JsonObject,
    hasHead: boolean,
  ): JsonObject => ({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: hasHead ? columns.map(definition) : [],
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, nowMs())),
      ...attached(object),
    })),
  });
  return {
    object: (object, isFirst = true) => {
      const { resourceVersion } = object.metadata;
      return table([object], { resourceVersion }, isFirst);
    },
    list: (objects, metadata) => table(objects, metadata, true),
  };
}

const definition = ({ name }: { readonly name: string }): JsonObject => ({
  name,
  type: 'string',
  format: name === 'Name' ? 'name' : '',
  description: name,
  priority: 0,
});
