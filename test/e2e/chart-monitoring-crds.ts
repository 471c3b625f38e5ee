// SPDX-License-Identifier: Apache-2.0
// As much of the Prometheus operator's custom resources (monitoring.coreos.com/v1) as the chart writes. What is not here
// the API server calls an unknown field.

const text = { type: 'string' };
const texts = { type: 'object', additionalProperties: text };
const duration = {
  type: 'string',
  pattern:
    '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$',
};

const object = (properties: object, ...required: readonly string[]) => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const list = (items: object) => ({ type: 'array', items });

const serviceMonitor = object(
  {
    endpoints: list(
      object({ port: text, path: text, interval: duration, scrapeTimeout: duration }),
    ),
    selector: object({ matchLabels: texts }),
  },
  'endpoints',
  'selector',
);

const rule = object(
  {
    alert: text,
    record: text,
    expr: { 'x-kubernetes-int-or-string': true },
    for: duration,
    keep_firing_for: duration,
    labels: texts,
    annotations: texts,
  },
  'expr',
);

const prometheusRule = object({
  groups: list(object({ name: text, interval: duration, rules: list(rule) }, 'name')),
});

const definition = (kind: string, plural: string, spec: object) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${plural}.monitoring.coreos.com`,
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' },
  },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { kind, plural, singular: kind.toLowerCase() },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: object({ spec }, 'spec') },
      },
    ],
  },
});

/** For `POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions`. */
export const monitoringCrds = [
  definition('ServiceMonitor', 'servicemonitors', serviceMonitor),
  definition('PrometheusRule', 'prometheusrules', prometheusRule),
];
