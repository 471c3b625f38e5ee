// SPDX-License-Identifier: Apache-2.0
// What a query of Prometheus asks for, compared with the metrics that are declared. That it is a query at all is
// promtool's business.

import { type DeclaredMetric, METRICS } from '../../src/telemetry/metric-table.js';

/** What Prometheus adds to each series: the place where it was scraped. */
const OF_THE_SCRAPE = ['namespace', 'job', 'instance'];

const declared: readonly DeclaredMetric[] = Object.values(METRICS);

/** The labels of everything that may be asked for, by the name of its series. */
const labelsOf = new Map<string, readonly string[]>(
  declared.flatMap(({ kind, name, labels }) =>
    kind === 'histogram'
      ? [
          [`${name}_bucket`, [...labels, 'le']] as const,
          [`${name}_sum`, labels] as const,
          [`${name}_count`, labels] as const,
        ]
      : [[name, labels] as const],
  ),
);

/** What `query` asks for and is not there, in words; `recorded` are the names of recording rules. */
export function unknownIn(query: string, recorded: readonly string[] = []): readonly string[] {
  const names = [...new Set(query.match(/\bkube_csr_approver[a-z0-9_:]*/g) ?? [])];
  if (names.length === 0) return [`no metric in ${query}`];
  const unknown = names.filter((name) => !labelsOf.has(name) && !recorded.includes(name));
  const selected = [...query.matchAll(/\b(kube_csr_approver[a-z0-9_:]*)\{([^}]*)\}/g)].flatMap(
    ([, name = '', matchers = '']) =>
      [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)]
        .map(([, label = '']) => label)
        .filter((label) => !isLabel(label, [name]))
        .map((label) => `${name}{${label}}`),
  );
  const grouped = [...query.matchAll(/\b(?:by|on|ignoring|without)\s*\(([^)]*)\)/g)]
    .flatMap(([, list = '']) => list.split(',').map((label) => label.trim()))
    .filter((label) => !isLabel(label, names))
    .map((label) => `by (${label})`);
  return [...unknown, ...selected, ...grouped];
}

/** Whether one of these series has the label. */
export const isLabel = (label: string, names: readonly string[]): boolean =>
  OF_THE_SCRAPE.includes(label) || names.some((name) => labelsOf.get(name)?.includes(label));
