// The Dockerfile, read: what it copies is there, and it does not run as root. test/e2e/image.test.ts builds it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { copyOf, linesOf, pairsOf, stagesOf } from '../support/dockerfile.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const stages = stagesOf(read('Dockerfile'));
const [first, last] = [stages.at(0), stages.at(-1)];
if (first === undefined || last === undefined) throw new Error('the Dockerfile has no stage');
const of = (word: string): readonly string[] => stages.flatMap((stage) => linesOf(stage, word));

const copies = of('COPY').map(copyOf);
const fromTree = copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources);

/** What .dockerignore lets through, of the form that it has: everything is out but what is named. */
const [everything, ...exceptions] = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const letThrough = exceptions.map((line) => line.replace(/^!/, ''));

describe('the Dockerfile', () => {
  it('copies only what is in the tree', () => {
    expect(fromTree.length).toBeGreaterThan(0);
    expect(fromTree.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('copies exactly what .dockerignore lets through', () => {
    expect(everything).toBe('*');
    expect(exceptions.every((line) => /^![^*?[\]]+$/.test(line))).toBe(true);
    expect(new Set(fromTree.map((path) => path.replace(/\/$/, '')))).toEqual(new Set(letThrough));
  });

  it('brings the build everything that the build script reads', () => {
    const { scripts } = JSON.parse(read('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect(of('RUN')).toContain('npm run build');
    const script = scripts['build']?.replace(/^node /, '') ?? '';
    const imported = [...read(script).matchAll(/from '\.\/([^']+)'/g)].map(
      ([, name = '']) => `scripts/${name}`,
    );

    expect(fromTree).toEqual(expect.arrayContaining([script, ...imported]));
  });

  it('takes what the build makes, from the stage that makes it', () => {
    const staged = copies.filter(({ from }) => from !== undefined);

    expect(staged).toEqual([{ from: first.name, sources: ['/build/dist/'], target: './' }]);
    expect(linesOf(first, 'WORKDIR')).toEqual(['/build']);
  });

  it('runs as somebody who is not root, by number, so that the kubelet can see it', () => {
    const [user = '', ...others] = linesOf(last, 'USER');
    const [uid = '', gid = ''] = user.split(':');

    expect(others).toEqual([]);
    expect(uid).toMatch(/^[1-9]\d*$/);
    expect(gid).toMatch(/^[1-9]\d*$/);
  });

  it('runs nothing in the last stage, and starts what was copied there', () => {
    expect(linesOf(last, 'RUN')).toEqual([]);
    expect(of('ENTRYPOINT')).toEqual(['["node", "/app/csr-approver.mjs"]']);
    expect(of('CMD')).toEqual(['["run"]']);
    expect(linesOf(last, 'WORKDIR')).toEqual(['/app']);
  });
});

describe('the labels of the image', () => {
  const labels = pairsOf(of('LABEL').join(' '));

  it('are those of OCI, and tell what the package says of itself', () => {
    const { name, description, license } = JSON.parse(read('package.json')) as Readonly<
      Record<string, string>
    >;

    expect(labels).toEqual({
      'org.opencontainers.image.title': name,
      'org.opencontainers.image.description': description,
      'org.opencontainers.image.licenses': license,
      'org.opencontainers.image.version': '${VERSION}',
      'org.opencontainers.image.base.name': '${NODE_IMAGE}',
    });
  });
});

describe('image and chart', () => {
  const values = parse(read('charts/kube-csr-approver/values.yaml')) as {
    readonly nodeOptions: string;
    readonly podSecurityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  };

  it('give Node the same heap and the same user', () => {
    const { runAsUser, runAsGroup } = values.podSecurityContext;

    expect(pairsOf(of('ENV').join(' '))).toMatchObject({ NODE_OPTIONS: values.nodeOptions });
    expect(of('USER')).toEqual([`${runAsUser}:${runAsGroup}`]);
  });
});
