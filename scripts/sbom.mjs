// The packages that the bundle holds, as a CycloneDX bill of materials. The same bundle gives the same bytes.
// Flags: --metafile FILE (what scripts/build.mjs wrote), --out FILE (default: standard output).
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { byCode, packageFolder } from './licences.mjs';

/** An identifier of the SPDX list; anything else is an expression: `(MIT OR Apache-2.0)`. */
const ONE_LICENCE = /^[A-Za-z0-9.+-]+$/;

/**
 * The bill for what esbuild's `metafile` says of inputs. `lock` is package-lock.json, which knows versions, licences and
 * hashes; `project` is package.json. Throws when a package of the bundle is not in the lock file or has no licence there.
 * It has no time and no random number: its serial number comes from what it says.
 */
export function sbomOf({ metafile, lock, project }) {
  const folders = foldersOf(metafile);
  const components = new Map();
  for (const folder of folders) {
    const component = componentOf(folder, lock.packages[folder]);
    components.set(component['bom-ref'], component);
  }
  const application = applicationOf(project);
  const content = {
    metadata: {
      lifecycles: [{ phase: 'build' }],
      tools: { components: [toolOf('esbuild', lock)] },
      component: application,
    },
    components: [...components.values()].toSorted(byReference),
    dependencies: dependenciesOf({ metafile, lock, application }),
    compositions: [{ aggregate: 'complete', assemblies: [application['bom-ref']] }],
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumberOf(content),
    version: 1,
    ...content,
  };
}

/** The folders of the packages whose files are in the bundle, as the lock file names them. */
const foldersOf = ({ inputs }) =>
  new Set(
    Object.keys(inputs)
      .map(packageFolder)
      .filter((folder) => folder !== undefined),
  );

const byReference = (a, b) => byCode(a['bom-ref'], b['bom-ref']);

/** A package URL; the `@` of a scope is escaped in them. */
const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** `node_modules/a/node_modules/@b/c` → `@b/c` */
const nameOf = (folder) => folder.replace(/^.*node_modules\//, '');

function applicationOf({ name, version, description, license }) {
  const purl = purlOf(name, version);
  const licenses = licensesOf(license);
  return { type: 'application', 'bom-ref': purl, name, version, description, licenses, purl };
}

function componentOf(folder, locked) {
  if (locked === undefined) throw new Error(`${folder} is not in package-lock.json`);
  const { version, license, integrity } = locked;
  if (license === undefined) throw new Error(`${folder} has no licence in package-lock.json`);
  const [, scope, name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(nameOf(folder));
  const purl = purlOf(nameOf(folder), version);
  return {
    type: 'library',
    'bom-ref': purl,
    ...(scope === undefined ? {} : { group: scope }),
    name,
    version,
    scope: 'required',
    hashes: [hashOf(integrity)],
    licenses: licensesOf(license),
    purl,
  };
}

const licensesOf = (license) =>
  ONE_LICENCE.test(license) ? [{ license: { id: license } }] : [{ expression: license }];

/** npm writes `sha512-<base64>`, CycloneDX reads hexadecimal. */
function hashOf(integrity) {
  const [, base64] = /^sha512-(\S+)$/.exec(integrity);
  return { alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') };
}

function toolOf(name, lock) {
  const { version } = lock.packages[`node_modules/${name}`];
  return { type: 'application', name, version, purl: purlOf(name, version) };
}

/** Who imports whom in the bundle; a package that imports none is there with no dependency. */
function dependenciesOf({ metafile, lock, application }) {
  const referenceOf = (path) => {
    const folder = packageFolder(path);
    if (folder === undefined) return application['bom-ref'];
    return purlOf(nameOf(folder), lock.packages[folder].version);
  };
  const edges = new Map();
  for (const [path, { imports }] of Object.entries(metafile.inputs)) {
    const from = referenceOf(path);
    const to = edges.get(from) ?? new Set();
    edges.set(from, to);
    const inside = imports.filter((each) => each.path in metafile.inputs);
    for (const each of inside) to.add(referenceOf(each.path));
    to.delete(from);
  }
  return [...edges]
    .map(([ref, to]) => ({ ref, dependsOn: [...to].toSorted(byCode) }))
    .toSorted((a, b) => byCode(a.ref, b.ref));
}

/** In the form of a UUID of version 8, which is for numbers that are made by a rule of one's own (RFC 9562, 5.8). */
function serialNumberOf(content) {
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}

/** The bill as it is written to a file. */
export function sbomText(metafilePath) {
  const root = join(import.meta.dirname, '..');
  const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
  const bill = sbomOf({
    metafile: read(metafilePath),
    lock: read(join(root, 'package-lock.json')),
    project: read(join(root, 'package.json')),
  });
  return `${JSON.stringify(bill, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { metafile: { type: 'string' }, out: { type: 'string' } },
  });
  if (values.metafile === undefined) throw new Error('--metafile FILE is missing');
  const text = sbomText(values.metafile);
  if (values.out === undefined) process.stdout.write(text);
  else writeFileSync(values.out, text);
}
