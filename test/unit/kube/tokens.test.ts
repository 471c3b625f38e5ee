// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTokens } from '../../../src/kube/tokens.js';
import { FakeClock } from '../controller/fake-clock.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-tokens-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function tokenFile(name: string, text: string) {
  const clock = new FakeClock();
  const path = join(folder, name);
  await writeFile(path, text);
  return { clock, path, tokens: createTokens({ kind: 'file', path }, clock) };
}

describe('a token', () => {
  it('of nobody is none', async () => {
    const tokens = createTokens({ kind: 'none' }, new FakeClock());

    expect([await tokens.current(), await tokens.refused(undefined)]).toEqual([undefined, false]);
  });

  it('that was given is the same for ever', async () => {
    const tokens = createTokens({ kind: 'static', token: 't' }, new FakeClock());

    expect([await tokens.current(), await tokens.refused('t')]).toEqual(['t', false]);
  });
});

describe('a token in a file', () => {
  it('is read without the newline that usually ends it', async () => {
    const { tokens } = await tokenFile('newline', 'abc\n');

    expect(await tokens.current()).toBe('abc');
  });

  it('is read again when a minute has passed, and not before', async () => {
    const { tokens, clock, path } = await tokenFile('minute', 'old');
    await tokens.current();
    await writeFile(path, 'new');
    clock.advance(59_999);
    const before = await tokens.current();
    clock.advance(1);

    expect([before, await tokens.current()]).toEqual(['old', 'new']);
  });

  it('is read again at once when the server refused it', async () => {
    const { tokens, path } = await tokenFile('refused', 'old');
    await tokens.current();
    await writeFile(path, 'new');

    expect([await tokens.refused('old'), await tokens.current()]).toEqual([true, 'new']);
  });

  it('is not read again for a call that was made with an older one', async () => {
    const { tokens, path } = await tokenFile('older', 'current');
    await tokens.current();
    await writeFile(path, 'newer');

    expect([await tokens.refused('older'), await tokens.current()]).toEqual([true, 'current']);
  });

  it('stays the one that we have while the file is away', async () => {
    const { tokens, clock, path } = await tokenFile('away', 'kept');
    await tokens.current();
    await rm(path);
    clock.advance(60_000);

    expect([await tokens.current(), await tokens.refused('kept')]).toEqual(['kept', false]);
  });

  it('that never was there is an error', async () => {
    const tokens = createTokens({ kind: 'file', path: join(folder, 'none') }, new FakeClock());

    await expect(tokens.current()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a token of a plug-in', () => {
  const given = (get: (refused: boolean) => Promise<string | undefined>) => {
    const clock = new FakeClock();
    return { clock, tokens: createTokens({ kind: 'function', get }, clock) };
  };

  it('is asked for each time, and told when it was refused', async () => {
    const asked: boolean[] = [];
    const { tokens, clock } = given((refused) => {
      asked.push(refused);
      return Promise.resolve(refused ? 'new' : 'old');
    });

    expect([await tokens.current(), await tokens.refused('old')]).toEqual(['old', true]);
    expect(asked).toEqual([false, true]);
    expect(clock.timers).toBe(0);
  });

  it('that is the refused one again is no other', async () => {
    const { tokens } = given(() => Promise.resolve('old'));

    expect(await tokens.refused('old')).toBe(false);
  });

  it('that does not come is an error after a minute', async () => {
    const { tokens, clock } = given(() => new Promise(() => {}));
    const asked = tokens.current();
    clock.advance(60_000);

    await expect(asked).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });
});
