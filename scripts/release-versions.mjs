// The version is written in package.json. Everywhere else it is derived, or held equal to it here.
// `node scripts/release-versions.mjs` says where they differ; with --write it makes them equal; --tag v1.2.3 is for a release.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const VERSION = String.raw`\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?`;

/** Files, or folders with all that is in them; what stands before a version there; and how often at least in all. */
const PLACES = [
  { paths: ['charts/kube-csr-approver/Chart.yaml'], before: '^(?:version|appVersion): ', least: 2 },
  { paths: ['Dockerfile'], before: '^ARG VERSION=', least: 1 },
  { paths: ['deploy'], before: '(?:image: "?[^\\s"]*kube-csr-approver:|newTag: [\'"]?)', least: 1 },
  { paths: ['deploy'], before: 'app\\.kubernetes\\.io/version: [\'"]?', least: 1 },
  {
    paths: ['README.md', 'docs'],
    before: '(?:(?<![\\w-])(?:kube-csr-approver[:-]|csr-approver-)|newTag: [\'"]?)v?',
    least: 1,
  },
];

const TEXT = /(?:\.ya?ml|\.md|Dockerfile)$/;

/** The version of package.json. */
export const versionOf = (root) => JSON.parse(read(root, 'package.json')).version;

/**
 * Every disagreement as a line that says what to do; none when all is well. With `tag` (`v1.2.3`), what has to be so
 * when that version is released, too.
 */
export function versionTroubles(root, { tag } = {}) {
  const version = versionOf(root);
  const lock = JSON.parse(read(root, 'package-lock.json'));
  const changes = changesOf(read(root, 'CHANGELOG.md'), version);
  const locked = [lock.version, lock.packages[''].version].filter((each) => each !== version);
  return [
    ...locked.map((each) => `package-lock.json has ${each}, not ${version}: npm install`),
    ...PLACES.flatMap((place) => troublesOf(root, place, version)),
    ...(changes === undefined ? [`CHANGELOG.md has no "## [${version}] - <date>"`] : []),
    ...(tag === undefined ? [] : tagTroubles(tag, version, changes)),
  ];
}

function troublesOf(root, { paths, before, least }, version) {
  let found = 0;
  const troubles = [];
  for (const path of filesUnder(root, paths)) {
    for (const [text, , there] of read(root, path).matchAll(patternOf(before))) {
      found += 1;
      if (there !== version) {
        troubles.push(
          `${path} has "${text}", not ${version}: node scripts/release-versions.mjs --write`,
        );
      }
    }
  }
  // A place that is written in another way now would be held equal to nothing.
  if (found < least) troubles.push(`${paths.join(', ')}: no version after ${before}`);
  return troubles;
}

function tagTroubles(tag, version, changes) {
  const troubles = [];
  if (tag !== `v${version}`) troubles.push(`the tag is ${tag}, the version ${version}`);
  if (changes?.date === 'unreleased') troubles.push(`CHANGELOG.md has no date for ${version}`);
  return troubles;
}

const patternOf = (before) => new RegExp(`(${before})(${VERSION})`, 'gm');

const read = (root, path) => readFileSync(join(root, path), 'utf8');

function filesUnder(root, paths) {
  return paths.flatMap((path) => {
    if (!existsSync(join(root, path))) return [];
    if (TEXT.test(path)) return [path];
    return readdirSync(join(root, path), { recursive: true })
      .map((name) => `${path}/${name}`)
      .filter((name) => TEXT.test(name));
  });
}

/** What CHANGELOG.md says of a version: `{ date, text }`, where a date is `unreleased` until it has one; else undefined. */
export function changesOf(changelog, version) {
  const sections = changelog.split(/^(?=## )/m).map((section) => {
    const [, name, date] = /^## \[([^\]]+)\] - (\d{4}-\d\d-\d\d|unreleased)$/m.exec(section) ?? [];
    return { name, date, text: section.replace(/^## .*\n/, '').trim() };
  });
  const { date, text } = sections.find(({ name }) => name === version) ?? {};
  return date === undefined ? undefined : { date, text };
}

/** Writes the version of package.json wherever another stands, and returns the paths of the files that changed. */
export function writeVersion(root) {
  const version = versionOf(root);
  const changed = new Set();
  for (const { paths, before } of PLACES) {
    for (const path of filesUnder(root, paths)) {
      const text = read(root, path);
      const written = text.replaceAll(patternOf(before), `$1${version}`);
      if (written === text) continue;
      writeFileSync(join(root, path), written);
      changed.add(path);
    }
  }
  return [...changed];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(import.meta.dirname, '..');
  const { values } = parseArgs({
    options: { write: { type: 'boolean' }, tag: { type: 'string' } },
  });
  if (values.write) {
    for (const path of writeVersion(root)) process.stdout.write(`${path}: ${versionOf(root)}\n`);
  }
  const troubles = versionTroubles(root, { tag: values.tag });
  process.stderr.write(troubles.map((trouble) => `✗ ${trouble}\n`).join(''));
  process.exitCode = troubles.length === 0 ? 0 : 1;
}
