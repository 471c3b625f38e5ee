// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { errorCode } from '../../../src/kube/error-code.js';

const withCode = (code: unknown, rest: object = {}): object =>
  Object.assign(new RangeError('secret'), { code }, rest);

describe('the code of an error', () => {
  it.each([
    ['is that of Node', withCode('ECONNREFUSED'), 'ECONNREFUSED'],
    ['may stand in a cause', { cause: { cause: withCode('ENOTFOUND') } }, 'ENOTFOUND'],
    ['is unknown when it is no word of capitals', withCode('see /etc/secret'), 'UNKNOWN'],
    ['is unknown when it is a number', withCode(5), 'UNKNOWN'],
    ['is unknown for what is no object', 'ECONNREFUSED', 'UNKNOWN'],
    ['is unknown for nothing', undefined, 'UNKNOWN'],
  ])('%s', (_, error, expected) => {
    expect(errorCode(error)).toBe(expected);
  });

  it('may stand on the prototype, as undici has it', () => {
    expect(errorCode(Object.create({ code: 'UND_ERR_SOCKET' }))).toBe('UND_ERR_SOCKET');
  });

  it('is not looked for without end', () => {
    const error: { cause?: unknown } = {};
    error.cause = error;

    expect(errorCode(error)).toBe('UNKNOWN');
  });
});
