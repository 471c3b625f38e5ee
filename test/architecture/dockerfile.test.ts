// The Dockerfile, read: what it copies is there, and it does not run as root. No engine builds it here.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Instruction {
  readonly word: string;
  readonly rest: string;
  readonly stage: number;
}

/** Instructions with continued lines joined and comments gone, each with the number of its stage. */
function instructionsOf(text: string): readonly Instruction[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '');
  let stage = -1;
  return lines.map((line) => {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') stage += 1;
    return { word, rest, stage };
  });
}

const instructions = instructionsOf(read('Dockerfile'));
const lastStage = Math.max(...instructions.map(({ stage }) => stage));
const of = (word: string, stage?: number): readonly string[] =>
  instructions
    .filter((each) => each.word === word && (stage === undefined || each.stage === stage))
    .map(({ rest }) => rest);

const copies = of('COPY').map((rest) => {
  const [, from, paths = ''] = /^(?:--from=(\S+)\s+)?(.*)$/.exec(rest) ?? [];
  return { from, sources: paths.split(/\s+/).slice(0, -1) };
});
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

    expect(staged).toEqual([{ from: 'build', sources: ['/build/dist/'] }]);
    expect(of('FROM')[0]).toMatch(/ AS build$/);
    expect(of('WORKDIR', 0)).toEqual(['/build']);
  });

  it('runs as somebody who is not root, by number, so that the kubelet can see it', () => {
    const [user = '', ...others] = of('USER', lastStage);
    const [uid = '', gid = ''] = user.split(':');

    expect(others).toEqual([]);
    expect(uid).toMatch(/^[1-9]\d*$/);
    expect(gid).toMatch(/^[1-9]\d*$/);
  });

  it('runs nothing in the last stage, and starts what was copied there', () => {
    expect(of('RUN', lastStage)).toEqual([]);
    expect(of('ENTRYPOINT')).toEqual(['["node", "/app/csr-approver.mjs"]']);
    expect(of('CMD')).toEqual(['["run"]']);
    expect(of('WORKDIR', lastStage)).toEqual(['/app']);
  });
});

describe('image and chart', () => {
  const values = parse(read('charts/kube-csr-approver/values.yaml')) as {
    readonly nodeOptions: string;
    readonly podSecurityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  };

  it('have the version of the package', () => {
    const { version } = JSON.parse(read('package.json')) as { readonly version: string };
    const chart = parse(read('charts/kube-csr-approver/Chart.yaml')) as object;

    expect(chart).toMatchObject({ version, appVersion: version });
    expect(of('ARG', lastStage)).toEqual([`VERSION=${version}`]);
  });

  it('give Node the same heap and the same user', () => {
    const { runAsUser, runAsGroup } = values.podSecurityContext;

    expect(of('ENV').join(' ')).toContain(`NODE_OPTIONS="${values.nodeOptions}"`);
    expect(of('USER')).toEqual([`${runAsUser}:${runAsGroup}`]);
  });
});
