// SPDX-License-Identifier: Apache-2.0
// Counts what is told and measures what stands, for Prometheus.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Issuance } from '../authority/issuance.js';
import { type DecisionEvent, reasonOf } from '../decide/decision-event.js';
import { type DeclaredMetric, METRICS } from './metric-table.js';

/** Something that stands now: its labels and its value. */
export interface Measured {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is asked at each scrape, by metric; of a metric that is not here nothing is said. */
export type Gauges = Partial<
  Readonly<
    Record<
      | 'undecided'
      | 'undecidedOldest'
      | 'unissued'
      | 'unissuedOldest'
      | 'watchAge'
      | 'policyGeneration'
      | 'policyInfo'
      | 'policyLoadedAt'
      | 'policyStale'
      | 'paused'
      | 'rightsMissing'
      | 'caBeginning'
      | 'caExpiry'
      | 'caTroubles'
      | 'leader'
      | 'buildInfo',
      () => readonly Measured[]
    >
  >
>;

/** The metrics of one process. */
export interface Metrics {
  decided(event: DecisionEvent): void;
  issued(issuance: Issuance): void;
  compared(comparison: { readonly rule: string; readonly verdict: string }): void;
  decidedByOther(found: { readonly rule: string; readonly verdict: string }): void;
  called(call: { readonly verb: string; readonly code: string }): void;
  offered(result: 'loaded' | 'refused'): void;
  /** From now on these are asked at each scrape. */
  measure(gauges: Gauges): void;
  /** In Prometheus' text format 0.0.4. */
  text(): Promise<string>;
}

/** `signerLabel` gives the label for a signer name: one that the policy knows, else `other`, since requesters choose them. */
export function createMetrics(signerLabel: (signerName: string) => string): Metrics {
  const registry = new Registry();
  const counter = ({ name, help, labels }: DeclaredMetric) =>
    new Counter({ name, help, labelNames: [...labels], registers: [registry] });
  const histogram = ({ name, help, labels, buckets = [] }: DeclaredMetric) =>
    new Histogram({
      name,
      help,
      labelNames: [...labels],
      buckets: [...buckets],
      registers: [registry],
    });
  const decisions = counter(METRICS.decisions);
  const violations = counter(METRICS.violations);
  const decisionDuration = histogram(METRICS.decisionDuration);
  const issuances = counter(METRICS.issuances);
  const issuanceDuration = histogram(METRICS.issuanceDuration);
  const shadow = counter(METRICS.shadow);
  const otherApprovers = counter(METRICS.otherApprovers);
  const apiRequests = counter(METRICS.apiRequests);
  const policyLoads = counter(METRICS.policyLoads);

  return {
    decided({ csr, decision, durationMs }) {
      const { outcome, rule = '' } = decision;
      const signer = signerLabel(csr.signerName);
      decisions.inc({ rule, outcome: outcome.kind, reason: reasonOf(decision), signer });
      for (const code of new Set(decision.violations.map((each) => each.code))) {
        violations.inc({ rule, code });
      }
      if (outcome.kind === 'approve' || outcome.kind === 'deny') {
        decisionDuration.observe({ outcome: outcome.kind }, durationMs / 1000);
      }
    },
    issued({ csr, outcome, code = '', durationMs }) {
      const signer = signerLabel(csr.signerName);
      issuances.inc({ outcome, reason: code, signer });
      if (outcome === 'published') issuanceDuration.observe({ signer }, durationMs / 1000);
    },
    compared: ({ rule, verdict }) => shadow.inc({ rule, verdict }),
    decidedByOther: ({ rule, verdict }) => otherApprovers.inc({ rule, verdict }),
    called: ({ verb, code }) => apiRequests.inc({ verb, code }),
    offered: (result) => policyLoads.inc({ result }),
    measure(gauges) {
      for (const [key, ask] of Object.entries(gauges)) addGauge(registry, key, ask);
    },
    text: () => registry.metrics(),
  };
}

/** A gauge that is asked when it is read, so that nothing is counted up and down in between. */
function addGauge(registry: Registry, key: string, ask: () => readonly Measured[]): void {
  const declared = Object.entries(METRICS).find(([each]) => each === key)?.[1];
  if (declared === undefined) return;
  const { name, help, labels } = declared;
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const each of ask()) gauge.set({ ...each.labels }, each.value);
    },
  });
}
