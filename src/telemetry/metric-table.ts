// SPDX-License-Identifier: Apache-2.0
// Every metric with its help; docs/metrics.md is written from this table. No label holds what a requester can choose.

/** One metric as it is declared. */
export interface DeclaredMetric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  /** One sentence, as Prometheus shows it. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds in seconds; histograms only. */
  readonly buckets?: readonly number[];
}

const PREFIX = 'kube_csr_approver_';

const counter = (name: string, help: string, ...labels: readonly string[]): DeclaredMetric => ({
  kind: 'counter',
  name: `${PREFIX}${name}_total`,
  help,
  labels,
});

const gauge = (name: string, help: string, ...labels: readonly string[]): DeclaredMetric => ({
  kind: 'gauge',
  name: PREFIX + name,
  help,
  labels,
});

const histogram = (name: string, help: string, ...labels: readonly string[]): DeclaredMetric => ({
  kind: 'histogram',
  name: `${PREFIX}${name}_seconds`,
  help,
  labels,
  // To how long a kubelet waits (15 min). Kubernetes keeps creations in whole seconds: below one there is nothing to tell.
  buckets: [1, 2, 3, 5, 10, 30, 60, 300, 900],
});

/** The metrics, by the name under which the code knows them. */
export const METRICS = {
  decisions: counter(
    'decisions',
    'Decisions that were told, by the rule that decided; rule is empty where none matched.',
    'rule',
    'outcome',
    'reason',
    'signer',
  ),
  violations: counter(
    'violations',
    'Violations of the deciding rule in those decisions, one for each code.',
    'rule',
    'code',
  ),
  decisionDuration: histogram(
    'decision_duration',
    'From the creation of a request, which Kubernetes keeps in whole seconds, to its approval or denial.',
    'outcome',
  ),
  issuances: counter(
    'issuances',
    'What became of approved requests: published, failed, lost (signed and not published) or waiting.',
    'outcome',
    'reason',
    'signer',
  ),
  issuanceDuration: histogram(
    'issuance_duration',
    'From the creation of a request, which Kubernetes keeps in whole seconds, to its certificate.',
    'signer',
  ),
  undecided: gauge(
    'undecided_requests',
    'Requests that nobody has decided, by what the policy makes of them; unjudged: not looked at yet, or not written; unmatched: no enforced rule speaks of them. A replica that does not lead judges nothing.',
    'outcome',
  ),
  undecidedOldest: gauge('undecided_oldest_seconds', 'Age of the oldest of them.', 'outcome'),
  unissued: gauge(
    'approved_not_issued_requests',
    'Approved requests without a certificate, whoever is to sign them. Before Kubernetes 1.35 nothing ever deletes those.',
    'signer',
  ),
  unissuedOldest: gauge(
    'approved_not_issued_oldest_seconds',
    'Age of the oldest of them.',
    'signer',
  ),
  shadow: counter(
    'shadow_comparisons',
    'Requests that a shadow rule judged and somebody decided, by whether the rule would have done the same.',
    'rule',
    'verdict',
  ),
  otherApprovers: counter(
    'other_approver_decisions',
    'Requests that an enforced rule judged and another approver decided, by whether that is what the rule made of them.',
    'rule',
    'verdict',
  ),
  apiRequests: counter(
    'api_requests',
    'Calls to the API server by verb and HTTP status, or the code of what went wrong; WATCH: a stream, when it was opened.',
    'verb',
    'code',
  ),
  watchAge: gauge(
    'watch_age_seconds',
    'Since what is known of the requests was last known to be what the API server has; up to 150 where nothing happens. Before the first list: since the start.',
  ),
  policyLoads: counter(
    'policy_loads',
    'Policies that were offered, by whether they came into force (loaded) or not (refused).',
    'result',
  ),
  policyGeneration: gauge(
    'policy_generation',
    'How many policies have come into force in this process, the one in force included.',
  ),
  policyInfo: gauge(
    'policy_info',
    '1 for the policy in force, by the hash that conditions and log lines name.',
    'hash',
  ),
  policyLoadedAt: gauge(
    'policy_loaded_timestamp_seconds',
    'Since when the policy in force is in force in this process; 0: there is none.',
  ),
  policyStale: gauge(
    'policy_stale',
    '1 when what stands in the ConfigMap or file is refused and an older policy is in force.',
  ),
  paused: gauge('paused', '1 while the annotation paused stops all writes.'),
  rightsMissing: gauge(
    'rights_missing',
    'Rights in the cluster that the policy in force needs and this program lacks.',
  ),
  caExpiry: gauge(
    'ca_not_after_timestamp_seconds',
    'When the CA that signs for a signer name ends.',
    'signer',
  ),
  caBeginning: gauge(
    'ca_not_before_timestamp_seconds',
    'Since when the CA that signs for a signer name is valid.',
    'signer',
  ),
  caTroubles: gauge(
    'ca_troubles',
    'What is wrong with the CA of a signer now, 1 for each; the last good CA may go on signing nevertheless.',
    'signer',
    'code',
  ),
  leader: gauge('leader', '1 when this replica may write.'),
  buildInfo: gauge(
    'build_info',
    '1, with the version of this program and of Node.',
    'version',
    'node',
  ),
} as const satisfies Record<string, DeclaredMetric>;
