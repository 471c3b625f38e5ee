// The alerts ask for metrics that exist, and lead whoever is woken by them to a page that helps.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { unknownIn } from '../../support/prometheus-queries.js';

const root = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The code, in which the messages of the log stand. */
const source = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => read(`src/${file}`))
  .join('\n');

const { groups } = parse(read('charts/kube-csr-approver/files/alerts.yaml')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.flatMap((rule) =>
  rule.alert === undefined ? [] : [[rule.alert, rule] as const],
);
const recorded = rules.flatMap(({ record }) => (record === undefined ? [] : [record]));

const IN_REPOSITORY = 'https://github.com/kube-csr-approver/kube-csr-approver/blob/main/';
const RUNBOOKS = 'docs/runbooks/';

/** CaNearEnd becomes ca-near-end.md. */
const pageOf = (alert: string): string =>
  `${alert
    .replace('KubeCsrApprover', '')
    .replaceAll(/(?<=[a-z])[A-Z]/g, '-$&')
    .toLowerCase()}.md`;

describe('the alerts', () => {
  it.each(rules.map((rule) => [rule.alert ?? rule.record, rule] as const))(
    '%s asks only for metrics and labels that exist',
    (_, { expr }) => {
      expect(unknownIn(expr, recorded)).toEqual([]);
    },
  );

  it.each(alerts)('%s says how bad it is, what it is, and where to read on', (alert, rule) => {
    const { labels = {}, annotations = {} } = rule;

    expect(labels).toEqual({ severity: expect.stringMatching(/^(warning|critical)$/) });
    expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url']);
    expect(annotations['runbook_url']).toBe(`${IN_REPOSITORY}${RUNBOOKS}${pageOf(alert)}`);
  });

  it.each(alerts)('%s has a runbook: meaning, check, fix', (alert) => {
    const text = read(RUNBOOKS + pageOf(alert));

    expect(text).toMatch(new RegExp(`^# .*\`${alert}\``));
    expect(text.match(/^## .*$/gm)).toEqual(['## Meaning', '## Check', '## Fix']);
  });

  it.each(alerts)('%s sends people to lines of the log and to metrics that are there', (alert) => {
    const text = read(RUNBOOKS + pageOf(alert));
    const messages = [...text.matchAll(/\.message == "([^"]+)"/g)].map(([, message]) => message);
    const metrics = text.match(/kube_csr_approver_\w+/g) ?? [];

    expect(messages.filter((message) => !source.includes(`'${message}'`))).toEqual([]);
    expect(metrics.flatMap((metric) => unknownIn(metric))).toEqual([]);
  });

  it('have all the runbooks, but those to which the documentation leads', () => {
    const linked = [...read('docs/README.md').matchAll(/\(runbooks\/([^)#]+)\)/g)].map(
      ([, page]) => page,
    );
    const pages = readdirSync(join(root, RUNBOOKS));

    const ofAlerts = alerts.map(([alert]) => pageOf(alert));
    const lost = pages.filter((page) => !ofAlerts.includes(page) && !linked.includes(page));
    expect(lost).toEqual([]);
  });
});

describe('a query of what is not there', () => {
  it.each([
    ['a metric', 'kube_csr_approver_decision_total', 'kube_csr_approver_decision_total'],
    ['a label', 'kube_csr_approver_leader{pod="a"}', 'kube_csr_approver_leader{pod}'],
    ['a label to group by', 'sum by (outcome) (kube_csr_approver_leader)', 'by (outcome)'],
    ['nothing of ours', 'up == 0', 'no metric in up == 0'],
  ])('is found: %s', (_, query, found) => {
    expect(unknownIn(query)).toEqual([found]);
  });
});
