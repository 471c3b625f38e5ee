// SPDX-License-Identifier: Apache-2.0
// Every command that a page shows, and which test runs it, or why none can. A command that is not accounted for here
// fails test/architecture/docs-commands.test.ts.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { examplesOf, projectRoot } from './readme-examples.js';

/** The test that runs a command, or why no test does. */
export type Treatment = { readonly run: string } | { readonly not: string };

const by = (run: string): Treatment => ({ run: `test/${run}.test.ts` });
const not = (why: string): Treatment => ({ not: why });

/** Runs what it finds assigned to itself here, on a real API server with the chart installed. */
export const RUNNER = 'test/e2e/docs-commands.test.ts';
const here: Treatment = { run: RUNNER };

/** By page and by how a block of commands begins; of several beginnings the longest counts. */
const TREATMENTS: Readonly<Record<string, Readonly<Record<string, Treatment>>>> = {
  'README.md': {
    '': by('e2e/readme'),
    'npm ci && npm test': not('it is the test command itself'),
    'node dist/csr-approver.mjs run': not(
      'it takes ~/.kube/config and does not end; test/e2e/run.test.ts runs the same with a file',
    ),
  },
  'charts/kube-csr-approver/README.md': { 'helm install': here },
  'demo/requests/README.md': { 'openssl req': here },
  'docs/audit-log.md': {
    '': by('e2e/audit-recipes'),
    'csr-approver certs': by('e2e/certs'),
    'kubectl ': here,
  },
  'docs/explain.md': { '': by('e2e/explain-page') },
  'docs/install.md': {
    '': here,
    'docker build': not('there is no registry here; test/e2e/image.test.ts builds the image'),
  },
  'docs/migrating.md': { 'csr-approver test': by('unit/review/migrating-docs') },
  'docs/operations.md': { '': here },
  'docs/platforms.md': { 'docker save': not('there is neither docker nor containerd here') },
  'docs/policy.md': { '': here },
  'docs/policy-tests.md': { 'csr-approver test': here },
  'docs/releasing.md': {
    'npm run release:check': not('it makes a release; .github/workflows/release.yml runs it'),
    'npm version': not(
      'it writes a new version; test/architecture/release.test.ts does so in a copy',
    ),
  },
  'docs/request.md': { '': by('e2e/request') },
  'docs/rights.md': { 'csr-approver rbac': by('e2e/reference-commands') },
  'docs/runbooks/ca-key-leaked.md': {
    '': by('e2e/audit-recipes'),
    'kubectl ': by('e2e/ca-key-leaked-runbook'),
    'openssl x509 -in old-root.crt': by('e2e/ca-key-leaked-runbook'),
  },
  'docs/runbooks/ca-rotation.md': { '': by('e2e/ca-rotation-runbook') },
  'docs/runbooks/*': {
    '': here,
    'kubectl -n kube-csr-approver port-forward': not(
      'there are no pods here; test/e2e/chart-rights.test.ts reads /readyz?verbose',
    ),
  },
  'docs/signing.md': { 'kubectl ': here },
  'examples/README.md': { 'csr-approver test': here },
  'test/fixtures/requests/README.md': {
    '': not('how the files were made, once, by tools that are not here'),
  },
};

const NOT_OURS: readonly string[] = ['node_modules', 'dist', '.git', 'coverage', 'release'];

/** All pages of the tree, by their path from its root. */
export function pagesOfTheTree(folder = ''): readonly string[] {
  return readdirSync(join(projectRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.includes(entry.name) ? [] : pagesOfTheTree(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** The text of a page. */
export const textOf = (page: string): string => readFileSync(join(projectRoot, page), 'utf8');

/** A block of commands as a page shows it. */
export interface DocumentedCommand {
  readonly page: string;
  /** With the ends of lines, without the breaks of long ones. */
  readonly command: string;
  /** Undefined for one that nobody has accounted for. */
  readonly treatment: Treatment | undefined;
  /** Page and beginning by which it is accounted for. */
  readonly entry: string | undefined;
}

const entryOf = (page: string, start: string): string => `${page}: ${start}`;

/** Every block of commands of every page. */
export function documentedCommands(): readonly DocumentedCommand[] {
  return pagesOfTheTree().flatMap((page) => {
    const folder = page.replace(/[^/]+$/, '*');
    const key = Object.hasOwn(TREATMENTS, page) ? page : folder;
    return examplesOf(page).map(({ command }) => {
      const [best] = Object.entries(TREATMENTS[key] ?? {})
        .filter(([start]) => command.startsWith(start))
        .sort(([one], [other]) => other.length - one.length);
      return { page, command, treatment: best?.[1], entry: best && entryOf(key, best[0]) };
    });
  });
}

/** What is accounted for and shown nowhere. */
export function entriesOfNothing(): readonly string[] {
  const used = new Set(documentedCommands().map(({ entry }) => entry));
  return Object.entries(TREATMENTS)
    .flatMap(([page, starts]) => Object.keys(starts).map((start) => entryOf(page, start)))
    .filter((entry) => !used.has(entry));
}
