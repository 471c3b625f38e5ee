// SPDX-License-Identifier: Apache-2.0
// What a kind of object is: its names, its fields, and the rules of its own.

import type { CsrEndpoint } from './csr-strategy.js';
import type { FieldError, Subject } from './failures.js';
import type { KubeObject } from './json.js';
import type { Fields } from './shapes.js';
import type { User } from './users.js';

export interface Column {
  readonly name: string;
  /** The text of a row. */
  readonly cell: (object: KubeObject, nowMs: number) => string | number;
}

export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly subresources?: readonly string[];
  /** Beside apiVersion, kind and metadata. */
  readonly fields: Fields;
  /** Beside metadata.name and metadata.namespace. */
  readonly selectableFields?: readonly string[];
  readonly columns?: readonly Column[];
  /** The shelf of the store; two versions of one kind share it. */
  readonly shelf: string;
  /** The real server reads it from etcd each time, so that a compaction is felt at once. */
  readonly isUncached?: boolean;
  readonly listsAreAtomic?: boolean;
  /** Between the form of this version and the stored form. */
  readonly stored?: (object: KubeObject) => KubeObject;
  readonly shown?: (object: KubeObject) => KubeObject;
  readonly prepareCreate?: (object: KubeObject, user: User) => KubeObject;
  readonly prepareUpdate?: (
    next: KubeObject,
    old: KubeObject,
    subresource: CsrEndpoint,
    now: string,
  ) => KubeObject;
  readonly createErrors?: (object: KubeObject) => readonly FieldError[];
  readonly updateErrors?: (
    next: KubeObject,
    old: KubeObject,
    subresource: CsrEndpoint,
  ) => readonly FieldError[];
}

export const groupVersion = ({ group, version }: Pick<Resource, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

export const subjectOf = ({ group, plural, kind }: Resource, name: string): Subject => ({
  group,
  plural,
  kind,
  name,
});
