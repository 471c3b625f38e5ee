// The licences of the packages that a bundle holds, as one text.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The same order in every locale. */
export const byCode = (a, b) => (a < b ? -1 : 1);

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** `inputs` are the paths of the bundle's inputs, relative to `root`. Throws when a package says nothing of its licence. */
export async function licencesOf(inputs, root) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const texts = await Promise.all(
    [...folders].toSorted(byCode).map((folder) => describe(join(root, folder))),
  );
  return [...new Set(texts)].join('\n');
}

/** `node_modules/a/node_modules/@b/c/d.js` → `node_modules/a/node_modules/@b/c`; undefined for our own files. */
export function packageFolder(path) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

async function describe(folder) {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  );
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).toSorted(byCode);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  if (typeof license !== 'string' && texts.length === 0) {
    throw new Error(`${name} ${version} says nothing of its licence`);
  }
  const title = `${name} ${version} (${license ?? 'see below'})`;
  const line = '='.repeat(title.length);
  return [title, line, '', ...texts.map((text) => `${text.trim()}\n`)].join('\n');
}
