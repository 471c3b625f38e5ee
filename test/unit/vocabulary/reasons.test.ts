// docs/reasons.md and the registry say the same, both ways. UPDATE_DOCS=1 writes the page anew.
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { reasonChapters, reasons } from '../../../src/vocabulary/reasons.js';

const page = new URL('../../../docs/reasons.md', import.meta.url);

const rendered = [
  '# Reason codes',
  '',
  'The same code stands in the condition of a request, in the log, and in the answer of `csr-approver explain`;',
  '`csr-approver reasons CODE` prints what stands here.',
  'A code never changes its meaning; a retired one is never used again.',
  ...reasonChapters.flatMap(({ title, codes }) => [
    '',
    `## ${title}`,
    ...Object.entries(codes).flatMap(([code, { meaning, requester, operator }]) => [
      '',
      `### ${code}`,
      '',
      meaning,
      '',
      `- Requester: ${requester}`,
      `- Operator: ${operator}`,
    ]),
  ]),
  '',
].join('\n');

if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, rendered);

describe('the catalogue of reason codes', () => {
  it('equals docs/reasons.md, both ways', () => {
    expect(readFileSync(page, 'utf8')).toBe(rendered);
  });

  it('gives each code one chapter', () => {
    const codes = reasonChapters.flatMap((chapter) => Object.keys(chapter.codes));

    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.toSorted()).toEqual(Object.keys(reasons).toSorted());
  });

  it('has CamelCase codes, sentences, and a remedy for both readers', () => {
    const badCodes = Object.keys(reasons).filter((code) => !/^([A-Z][a-z0-9]+)+$/.test(code));
    const badTexts = Object.values(reasons)
      .flatMap(({ meaning, requester, operator }) => [meaning, requester, operator])
      .filter((text) => !/^[A-Z`].*\.$/s.test(text));

    expect([badCodes, badTexts]).toEqual([[], []]);
  });

  it('never ends at saying that there is nothing to do', () => {
    const bare = Object.entries(reasons).filter(([, { requester, operator }]) =>
      [requester, operator].includes('Nothing.'),
    );

    expect(bare).toEqual([]);
  });

  it('is used: each code stands somewhere in the code beside the registry', () => {
    const source = readSource();

    expect(Object.keys(reasons).filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  });
});

function readSource(): string {
  const root = new URL('../../../src/', import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('reasons'))
    .map((file) => readFileSync(new URL(file, root), 'utf8'))
    .join('\n');
}
