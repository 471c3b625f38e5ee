// What a page calls by its name is there under that name: lines of the log, metrics, commands.
import { expect, it } from '@jest/globals';
import { pagesOfTheTree, textOf } from '../support/docs-commands.js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/readme-examples.js';

const pages = pagesOfTheTree().filter((page) => page !== 'CHANGELOG.md');

/** What the pages name in this way and does not stand in `known`, by page. */
function unknownNames(pattern: RegExp, isKnown: (name: string) => boolean): readonly string[] {
  const named = pages.flatMap((page) =>
    [...textOf(page).matchAll(pattern)].map(([, name = '']) => ({ page, name })),
  );
  // Else the pattern has gone astray.
  expect(named.length).toBeGreaterThan(8);
  return named.filter(({ name }) => !isKnown(name)).map(({ page, name }) => `${page}: ${name}`);
}

it('no page asks the log for a line that is never written', () => {
  const schema = readFileSync(join(projectRoot, 'docs/audit-log.schema.json'), 'utf8');

  expect(unknownNames(/\.message == "([^"]+)"/g, (line) => schema.includes(`"${line}"`))).toEqual(
    [],
  );
});

it('no page names a metric that is not served', () => {
  const served = textOf('docs/metrics.md');

  expect(
    unknownNames(/\b(kube_csr_approver_\w+)/g, (metric) =>
      served.includes(`\`${metric.replace(/_(bucket|sum|count)$/, '')}\``),
    ),
  ).toEqual([]);
});

it('no page names a command that csr-approver does not have', () => {
  const main = readFileSync(join(projectRoot, 'src/cli/main.ts'), 'utf8');
  const commands = [...main.matchAll(/^ {2}(\w+): \w+Command,$/gm)].map(([, name]) => name);
  expect(commands).toContain('run');

  expect(
    unknownNames(/`(?:\$ )?csr-approver (\w+)/g, (command) => commands.includes(command)),
  ).toEqual([]);
});

it('nobody is told to name the controllers of kube-controller-manager and forget two of them', () => {
  // Whoever says only `*` switches bootstrapsigner and tokencleaner off: test/e2e/platforms.test.ts.
  const advice = [
    ...pages,
    'src/review/lint/catalogue.ts',
    ...readdirSync(join(projectRoot, 'deploy'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => `deploy/${path}`),
  ];
  const spoken = advice.filter((path) => textOf(path).includes('-csrapproving'));

  expect(spoken).toEqual(expect.arrayContaining(['deploy/overlays/kubelet/values.yaml']));
  expect(spoken.filter((path) => /\*, *-csr/.test(textOf(path)))).toEqual([]);
});
