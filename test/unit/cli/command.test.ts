// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { type Command, readFlags } from '../../../src/cli/command.js';

const command: Command = {
  summary: '',
  usage: '',
  flags: {
    policy: { type: 'string', multiple: true, help: '' },
    filename: { type: 'string', short: 'f', help: '' },
    strict: { type: 'boolean', help: '' },
  },
  run: () => Promise.resolve(0),
};

const read = (...args: string[]) => {
  const given = readFlags(command, args, {});
  return given.ok ? given.value : given.error;
};

describe('a flag that is given twice', () => {
  it.each([
    ['by its name', ['--filename', 'a', '--filename', 'b'], '--filename'],
    ['by its name and its letter', ['-f', 'a', '--filename=b'], '--filename'],
    ['by its letter, with another between them', ['-f', 'a', '--strict', '-fb'], '--filename'],
  ])('with two values is refused where it takes one: %s', (_, args, flag) => {
    expect(read(...args)).toBe(`${flag} is given twice, with two values; it takes one`);
  });

  it('with the same value is taken: nothing is ignored', () => {
    expect(read('-f', 'a', '-f', 'a', '--strict', '--strict')).toMatchObject({ positionals: [] });
  });

  it('is taken where it takes several values', () => {
    const given = read('--policy', 'a', '--policy', 'b');

    expect(typeof given === 'string' ? given : given.texts('policy')).toEqual(['a', 'b']);
  });
});
