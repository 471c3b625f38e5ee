// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonLines } from '../../../src/kube/json-lines.js';
import type { JsonLine } from '../../../src/kube/json-lines.js';

const read = (chunks: readonly (string | Uint8Array)[], maxCharacters = 1_000) => {
  const lines = new JsonLines(maxCharacters);
  return chunks.flatMap((chunk) => [...lines.push(Buffer.from(chunk))]);
};
const value = (json: unknown): JsonLine => ({ kind: 'json', value: json });

describe('JSON lines', () => {
  it('are the same however the stream is cut', () => {
    const values = fc.array(fc.jsonValue(), { maxLength: 10 });
    fc.assert(
      fc.property(values, fc.array(fc.nat(300)), (expected, cuts) => {
        const bytes = Buffer.from(expected.map((each) => `${JSON.stringify(each)}\n`).join(''));
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
        places.sort((a, b) => a - b);
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index] ?? 0, end));

        const lines = read(chunks, 100_000);

        const expectedLines = expected.map((each) => value(JSON.parse(JSON.stringify(each))));
        expect(lines).toEqual(expectedLines);
      }),
      { numRuns: 200 },
    );
  });

  it('may be cut within a character', () => {
    const bytes = Buffer.from('"ä€😀"\n');
    const chunks = Array.from(bytes, (byte) => Uint8Array.of(byte));

    expect(read(chunks)).toEqual([value('ä€😀')]);
  });

  it('skip empty lines, and take lines that end with a carriage return', () => {
    expect(read(['\n1\r\n\n2\n'])).toEqual([value(1), value(2)]);
  });

  it('end at a line that is no JSON', () => {
    expect(read(['1\n{\n2\n'])).toEqual([value(1), { kind: 'broken', code: 'LineMalformed' }]);
  });

  it('end at a line that is too long, before it is complete', () => {
    const lines = new JsonLines(10);

    expect([...lines.push(Buffer.from('"12345'))]).toEqual([]);
    expect([...lines.push(Buffer.from('67890'))]).toEqual([
      { kind: 'broken', code: 'LineTooLong' },
    ]);
  });

  it('tell how much of a line is still open', () => {
    const lines = new JsonLines(100);
    const all = [...lines.push(Buffer.from('1\n{"a'))];

    expect(all).toEqual([value(1)]);
    expect(lines.pending).toBe(3);
  });
});
