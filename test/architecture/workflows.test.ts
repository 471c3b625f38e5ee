// The workflows: what they run is there, what they use is pinned, and they may do no more than they need.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const WORKFLOWS = '.github/workflows';
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly uses?: string;
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const files = readdirSync(join(root, WORKFLOWS)).map((name) => `${WORKFLOWS}/${name}`);
const workflow = (path: string): Workflow => parse(read(path)) as Workflow;
const ci = workflow(`${WORKFLOWS}/ci.yml`);
const release = workflow(`${WORKFLOWS}/release.yml`);

const jobs = files.flatMap((path) => Object.values(workflow(path).jobs));
const steps = jobs.flatMap((job) => job.steps ?? []);
const commands = steps.map(({ run }) => run).filter((run) => run !== undefined);
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: object };

/** The files that `npm run release:check` makes, as `path` in a step may name them. */
const RELEASED = /^release\/(?:SHA256SUMS|csr-approver\.cdx\.json|csr-approver-\*\.tar\.gz|)$/;

describe.each(files)('%s', (path) => {
  const { on, permissions } = workflow(path);

  it('uses nothing that can change: actions by commit, with their version beside it', () => {
    const lines = read(path).match(/^.*\buses:.*$/gm) ?? [];
    expect(lines.length).toBeGreaterThan(0);

    const pinned = /uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    const own = /uses: \.\/\.github\/workflows\/[\w-]+\.yml$/;
    expect(lines.filter((line) => !pinned.test(line) && !own.test(line))).toEqual([]);
  });

  it('needs no secret, and runs nothing of a stranger with rights', () => {
    expect(read(path)).not.toMatch(/\bsecrets\b/);
    expect(Object.keys(on)).not.toContain('pull_request_target');
    expect(Object.keys(on)).not.toContain('workflow_run');
  });

  it('may by default not write anything', () => {
    expect(Object.entries(permissions).filter(([, right]) => right !== 'read')).toEqual([]);
  });
});

describe('the steps', () => {
  it('run scripts of npm that exist', () => {
    const names = commands.flatMap((command) => [...command.matchAll(/npm run ([\w:-]+)/g)]);

    expect(names.length).toBeGreaterThan(0);
    expect(names.map(([, name = '']) => name).filter((name) => !(name in scripts))).toEqual([]);
  });

  it('name files that exist', () => {
    const inputs = steps.flatMap((step) => Object.entries(step.with ?? {}));
    const named = [
      ...commands.flatMap((command) => command.match(/(?<=\s)\.ci\/\S+/g) ?? []),
      ...inputs.filter(([name]) => name.endsWith('-file')).map(([, value]) => String(value)),
      ...jobs.flatMap((job) => job.uses ?? []),
    ];

    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('take only what npm run release:check makes', () => {
    const taken = steps
      .flatMap((step) => Object.values(step.with ?? {}))
      .map(String)
      .filter((value) => value.startsWith('release/'));

    expect(taken.length).toBeGreaterThan(2);
    expect(taken.filter((path) => !RELEASED.test(path))).toEqual([]);
  });

  it('put nothing from outside into a command', () => {
    expect(commands.filter((command) => command.includes('${{'))).toEqual([]);
  });

  it('stop at the first failure where they are several commands', () => {
    const scriptsOfSeveral = commands.filter((command) => command.trim().includes('\n'));

    expect(scriptsOfSeveral.length).toBeGreaterThan(0);
    expect(scriptsOfSeveral.filter((text) => !text.startsWith('set -euo pipefail\n'))).toEqual([]);
  });

  it('leave no credential behind in the tree', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));

    expect(checkouts.length).toBeGreaterThan(1);
    expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual(
      checkouts.map(() => false),
    );
  });

  it('end some time', () => {
    const endless = jobs.filter((job) => job.uses === undefined && !job['timeout-minutes']);

    expect(endless).toEqual([]);
  });
});

describe('CI', () => {
  it('runs the test command on each supported major version of Node', () => {
    const pinned = /PINNED = \[(.*)\]/.exec(read('test/support/node-versions.mjs'))?.[1] ?? '';
    const majors = [...pinned.matchAll(/'(\d+)\./g)].map(([, major]) => Number(major));
    const { test } = ci.jobs;

    expect(test?.strategy?.matrix.node).toEqual(majors);
    expect(majors).toHaveLength(3);
    expect(test?.steps?.at(-1)?.run).toMatch(/ \.ci\/run$/);
  });
});

describe('a release', () => {
  it('is made of tags only', () => {
    expect(release.on).toEqual({ push: { tags: ['v*'] } });
  });

  it('is made in the order: tests, files, image, publication', () => {
    const order = Object.entries(release.jobs).map(([name, { needs }]) => [name, needs]);

    expect(order).toEqual([
      ['test', undefined],
      ['files', 'test'],
      ['image', 'files'],
      ['publish', 'image'],
    ]);
    expect(release.jobs['test']?.uses).toBe(`./${WORKFLOWS}/ci.yml`);
  });

  it('gives each job the rights that it needs, and no other', () => {
    const rights = Object.entries(release.jobs).map(([name, job]) => [name, job.permissions]);

    expect(Object.fromEntries(rights)).toEqual({
      test: { contents: 'read' },
      files: { contents: 'read' },
      image: {
        contents: 'read',
        packages: 'write',
        'id-token': 'write',
        attestations: 'write',
      },
      publish: { contents: 'write', 'id-token': 'write', attestations: 'write' },
    });
  });

  it('builds nothing where it may sign or publish files', () => {
    const ran = (release.jobs['publish']?.steps ?? []).map(({ run }) => run ?? '').join('\n');

    expect(ran).not.toMatch(/\b(npm|node|docker|go)\b/);
  });

  it('signs and attests both the image and the files', () => {
    for (const name of ['image', 'publish']) {
      const own = release.jobs[name]?.steps ?? [];
      expect(own.some(({ uses }) => uses?.startsWith('actions/attest@'))).toBe(true);
      expect(own.some(({ run }) => run?.includes('cosign sign'))).toBe(true);
    }
  });
});
