// SPDX-License-Identifier: Apache-2.0
// Rights in words, as kubectl and the API server's own refusals put them.

import type { Right } from './right.js';

/** `get endpointslices.discovery.k8s.io "kubernetes" in namespace default`. */
export const rightText = (right: Right): string => `${right.verb} ${thingText(right)}`;

/** One line for each thing: its verbs, and why. */
export function rightLines(rights: readonly Right[]): readonly string[] {
  const verbs = new Map<string, string[]>();
  for (const right of rights) {
    const rest = `${thingText(right)}: ${right.why}`;
    verbs.set(rest, [...(verbs.get(rest) ?? []), right.verb]);
  }
  return Array.from(verbs, ([rest, each]) => `${each.join(', ')} ${rest}`);
}

function thingText({ apiGroup, resource, subresource, name, namespace }: Right): string {
  const kind = `${resource}${apiGroup === '' ? '' : `.${apiGroup}`}`;
  const part = subresource === undefined ? '' : `/${subresource}`;
  const which = name === undefined ? '' : ` "${name}"`;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  return `${kind}${part}${which}${where}`;
}
