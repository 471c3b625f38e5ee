// SPDX-License-Identifier: Apache-2.0
// A part of a document that a test wrote down as it was observed, between two marks.

/** The marks of a part that the test `test` writes with UPDATE_DOCS=1; `what` tells several parts of a page apart. */
export const marksOf = (test: string, what = 'observed'): readonly [string, string] => [
  `<!-- ${what}: written by ${test} with UPDATE_DOCS=1 -->\n`,
  `<!-- end of what was ${what} -->\n`,
];

/** What stands between the marks of `page`; throws when they are not there once. */
export const observedIn = (page: string, marks: readonly [string, string]): string =>
  partsOf(page, marks)[1];

/** `page` with `text` between its marks. */
export function withObserved(page: string, marks: readonly [string, string], text: string): string {
  const [before, , after] = partsOf(page, marks);
  return before + marks[0] + text + marks[1] + after;
}

function partsOf(
  page: string,
  [begin, end]: readonly [string, string],
): readonly [string, string, string] {
  const [before = '', rest, ...more] = page.split(begin);
  const [between = '', after, ...others] = rest?.split(end) ?? [];
  if (after === undefined || more.length + others.length > 0) {
    throw new Error(`the page does not have ${begin.trim()} and its end once`);
  }
  return [before, between, after];
}
