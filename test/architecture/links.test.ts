// Every link of a page to something in the tree leads somewhere.
import { expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** A page that people read where the tree is not: it is packed into the chart. */
const PACKED = 'charts/kube-csr-approver/README.md';
/** How such a page links to the tree. */
const TREE = 'https://github.com/kube-csr-approver/kube-csr-approver/blob/main/';

const pages = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

it.each(pages)('%s links to what exists', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

  expect(links.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
});

/** What the packed page links to. */
const packedLinks = [...readFileSync(join(root, PACKED), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(
  ([, target = '']) => target,
);

it(`${PACKED} links to what exists, from wherever it is read`, () => {
  const files = packedLinks.map((target) => target.replace(TREE, '').replace(/#.*/, ''));

  expect(packedLinks.length).toBeGreaterThan(3);
  expect(packedLinks.filter((target) => !target.startsWith(TREE))).toEqual([]);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

/** How headings are addressed: in lower case, without punctuation, a dash for each blank; the second one of a name has a number. */
function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
  return new Set(
    [...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => {
      const slug = heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-');
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

it.each(pages)('%s links to headings that are there', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#\s]*)#([^)\s]+)\)/g)]
    .map(([, target = '', anchor = '']) => ({ target, anchor }))
    .filter(({ target }) => !/^[a-z]+:/.test(target))
    .map(({ target, anchor }) => ({
      file: target === '' ? page : join(dirname(page), target),
      anchor,
    }));

  expect(links.filter(({ file, anchor }) => !anchorsOf(file).has(anchor))).toEqual([]);
});

it.each(['README.md', 'docs/README.md'])('%s leads to every page', (index) => {
  const text = readFileSync(join(root, index), 'utf8');
  const linked = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, target = '']) =>
    join(dirname(index), target),
  );

  const lost = pages
    .filter((page) => /^docs\/[^/]+$/.test(page) && page !== 'docs/README.md')
    .filter((page) => !linked.includes(page));
  expect(lost).toEqual([]);
  // Of a folder one link is enough, to the folder or to a page in it.
  for (const folder of ['docs/adr', 'docs/runbooks']) {
    expect(linked.some((each) => each.startsWith(folder))).toBe(true);
  }
});
