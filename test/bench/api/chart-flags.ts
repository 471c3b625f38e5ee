// SPDX-License-Identifier: Apache-2.0
// The variables with which the chart bounds the memory of Node, read from the chart itself.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** NODE_OPTIONS and MALLOC_ARENA_MAX; `root` is the project's. */
export function chartFlags(root: string): Readonly<Record<string, string>> {
  const read = (name: string): string =>
    readFileSync(join(root, 'charts/kube-csr-approver', name), 'utf8');
  const { nodeOptions } = parse(read('values.yaml')) as { readonly nodeOptions: string };
  const arenas = /MALLOC_ARENA_MAX\s+value: '(\d+)'/.exec(read('templates/_pod.tpl'))?.[1];
  if (arenas === undefined) throw new Error('the chart sets no MALLOC_ARENA_MAX');
  return { NODE_OPTIONS: nodeOptions, MALLOC_ARENA_MAX: arenas };
}
