// The folder table of docs/architecture.md is the architecture: no import may cross it.
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'src');

interface Room {
  readonly name: string;
  readonly mayImport: ReadonlySet<string>;
}

/** Packages and the only folders that may import them (style: as few folders as possible). */
const packages: Readonly<Record<string, readonly string[]>> = {
  '@peculiar/asn1-csr': ['x509'],
  '@peculiar/asn1-schema': ['x509'],
  '@peculiar/asn1-x509': ['x509'],
  '@kubernetes/client-node': ['kube'],
  undici: ['kube'],
  zod: ['policy'],
  yaml: ['policy'],
  re2js: ['policy'],
  pino: ['telemetry'],
  'prom-client': ['telemetry'],
};

const pure = ['vocabulary', 'x509', 'request', 'decide', 'authority', 'policy'];

/** Node modules that are functions of their arguments. */
const pureNodeModules = ['node:crypto', 'node:net', 'node:url', 'node:buffer'];

const impure =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bconsole\.|\bsetTimeout\(|\bsetInterval\(|\brandom(?:Bytes|UUID|Int)\b|\bcreatePrivateKey\b|\bgenerateKey/;

function readRooms(): readonly Room[] {
  const table = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const rows = [...table.matchAll(/^\| `([a-z0-9-]+)\/`\s*\|.*\| ([^|]+) \|$/gm)];
  const names = rows.map(([, name = '']) => name);
  return rows.map(([, name = '', may = '']) => ({ name, mayImport: parseMay(may.trim(), names) }));
}

function parseMay(may: string, names: readonly string[]): ReadonlySet<string> {
  if (may === '–') return new Set();
  if (may === 'all') return new Set(names);
  const [, except] = /^all of the above but (.*)$/.exec(may) ?? [];
  if (except !== undefined) {
    const barred = except.split(', ');
    return new Set(
      names.filter((name) => !barred.includes(name) && !['review', 'cli'].includes(name)),
    );
  }
  return new Set(may.split(', '));
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({
    file,
    room: file.split('/')[0] ?? '',
    text: readFileSync(join(source, file), 'utf8'),
  }));

const importsOf = (text: string): readonly string[] =>
  [
    ...text.matchAll(/^(?:import|export)\s[^;]*?from\s+'([^']+)'/gms),
    ...text.matchAll(/^import\s+'([^']+)'/gm),
    ...text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g),
  ].map(([, specifier = '']) => specifier);

const folderOf = (file: string, specifier: string): string =>
  relative(source, join(source, file, '..', specifier)).split('/')[0] ?? '';

const edges = files.flatMap(({ file, room, text }) =>
  importsOf(text).map((specifier) => ({ file, room, specifier })),
);

describe('the folder table', () => {
  const rooms = readRooms();

  it('names every folder of src, and no folder that cannot be', () => {
    const known = rooms.map((room) => room.name);

    expect(known).toHaveLength(15);
    expect(files.filter(({ room }) => !known.includes(room)).map(({ file }) => file)).toEqual([]);
  });

  it('allows every import between folders', () => {
    const allowed = new Map(rooms.map((room) => [room.name, room.mayImport]));

    const broken = edges
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map((edge) => ({ ...edge, to: folderOf(edge.file, edge.specifier) }))
      .filter(({ room, to }) => room !== to && !allowed.get(room)?.has(to));

    expect(broken).toEqual([]);
    expect(edges.length).toBeGreaterThan(50);
  });
});

describe('libraries', () => {
  it('are imported only where they belong', () => {
    const broken = edges.filter(({ room, specifier }) => {
      if (specifier.startsWith('.') || specifier.startsWith('node:')) return false;
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      return !packages[name]?.includes(room);
    });

    expect(broken).toEqual([]);
  });

  it('leave client-node to one file that is reached by a dynamic import only', () => {
    const users = edges.filter(({ specifier }) => specifier.startsWith('@kubernetes/client-node'));
    const reachers = files.filter(({ text }) => /from '[^']*\/kubeconfig\.js'/.test(text));

    expect(new Set(users.map(({ file }) => file))).toEqual(new Set(['kube/kubeconfig.ts']));
    expect(reachers.map(({ file }) => file)).toEqual([]);
  });
});

describe('what judges is pure', () => {
  it('imports no module of Node that does I/O', () => {
    const broken = edges.filter(
      ({ room, specifier }) =>
        pure.includes(room) &&
        specifier.startsWith('node:') &&
        !pureNodeModules.includes(specifier),
    );

    expect(broken).toEqual([]);
  });

  it('has no clock, no randomness, no process and no private key', () => {
    const broken = files.filter(({ room, text }) => {
      const code = text.replace(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, '');
      return pure.includes(room) && impure.test(code);
    });

    expect(broken.map(({ file }) => file)).toEqual([]);
  });
});
