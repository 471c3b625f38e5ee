// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { askForAll, askForRight } from '../../../src/cli/ask-rights.js';
import type { ApiAnswer } from '../../../src/kube/api-answer.js';
import type { ApiRequest } from '../../../src/kube/transport.js';
import type { Right } from '../../../src/review/right.js';

const { signal } = new AbortController();

const signer = (name: string): Right => ({
  verb: 'approve',
  apiGroup: 'certificates.k8s.io',
  resource: 'signers',
  name,
  why: '',
});

/** A server that allows what `allows` says, and the names that it was asked for. */
function server(allows: (name: string) => boolean) {
  const asked: string[] = [];
  const request = ({ body }: ApiRequest): Promise<ApiAnswer> => {
    const { name = '' } = (body as { spec: { resourceAttributes: { name?: string } } }).spec
      .resourceAttributes;
    asked.push(name);
    return Promise.resolve({
      kind: 'ok',
      status: 201,
      body: { status: { allowed: allows(name) } },
    });
  };
  return { asked, transport: { request } };
}

describe('the right on a signer', () => {
  it('is asked for by its name', async () => {
    const { asked, transport } = server(() => true);

    const answer = await askForRight(transport)(signer('a.io/x'), signal);

    expect([answer, asked]).toEqual([{ kind: 'known', allowed: true }, ['a.io/x']]);
  });

  it('is there when there is one on the whole domain', async () => {
    const { asked, transport } = server((name) => name === 'a.io/*');

    const answer = await askForRight(transport)(signer('a.io/x'), signal);

    expect([answer, asked]).toEqual([{ kind: 'known', allowed: true }, ['a.io/x', 'a.io/*']]);
  });

  it('is not there when neither is', async () => {
    const { transport } = server(() => false);

    const answer = await askForRight(transport)(signer('a.io/x'), signal);

    expect(answer).toEqual({ kind: 'known', allowed: false });
  });

  it('is the only one that a domain stands for', async () => {
    const { asked, transport } = server(() => false);

    await askForRight(transport)({ ...signer('a.io/x'), resource: 'configmaps' }, signal);

    expect(asked).toEqual(['a.io/x']);
  });
});

describe('many rights', () => {
  const many = Array.from({ length: 30 }, (_, index) => signer(`a.io/x${index}`));

  it('are asked for each once, a few at a time', async () => {
    let now = 0;
    let most = 0;
    const asked: Right[] = [];

    await askForAll(
      async (right) => {
        asked.push(right);
        now += 1;
        most = Math.max(most, now);
        await Promise.resolve();
        now -= 1;
        return { kind: 'known', allowed: true };
      },
      many,
      signal,
    );

    expect(asked).toEqual(many);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('are missing, unknown or not to be asked for, each by itself', async () => {
    const [first, second, third] = many;
    const found = await askForAll(
      (right) => {
        if (right === first) return Promise.resolve({ kind: 'known', allowed: false });
        if (right === second) return Promise.resolve({ kind: 'unavailable', message: 'down' });
        if (right === third) return Promise.resolve({ kind: 'refused', message: 'forbidden' });
        return Promise.resolve({ kind: 'known', allowed: true });
      },
      many,
      signal,
    );

    expect(found).toEqual({ missing: [first], trouble: 'down', refused: 'forbidden' });
  });
});
