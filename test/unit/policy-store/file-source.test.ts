// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../src/controller/clock.js';
import { createFileSource } from '../../../src/policy-store/file-source.js';
import type { OfferedPolicy } from '../../../src/policy-store/policy-source.js';
import { MAX_POLICY_BYTES } from '../../../src/vocabulary/limits.js';

/** A clock whose next timer goes off when the test says so. */
class StepClock implements Clock {
  #due: (() => void) | undefined;
  #whenArmed: (() => void) | undefined;

  nowMs(): number {
    return 0;
  }

  after(_delayMs: number, run: () => void): () => void {
    this.#due = run;
    this.#whenArmed?.();
    return () => {
      this.#due = undefined;
    };
  }

  /** Resolves when somebody waits for the clock. */
  armed(): Promise<void> {
    if (this.#due !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenArmed = resolve;
    });
  }

  /** Lets the time of one look pass, and the look be done. */
  async step(): Promise<void> {
    const due = this.#due;
    this.#due = undefined;
    due?.();
    await this.armed();
  }
}

interface Watching {
  readonly path: string;
  readonly offers: (string | undefined)[];
  readonly clock: StepClock;
}

let folder = '';
let abort = new AbortController();
let stopped: Promise<void> = Promise.resolve();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-'));
  abort = new AbortController();
});

afterEach(async () => {
  abort.abort();
  await stopped;
  await rm(folder, { recursive: true });
});

const watch = async (path: string): Promise<Watching> => {
  const clock = new StepClock();
  const offers: (string | undefined)[] = [];
  const offer = (offered: OfferedPolicy): void => {
    offers.push(offered.kind === 'texts' ? offered.parts[0].text : undefined);
  };
  const source = createFileSource({ path, clock, offer });
  stopped = source.start(abort.signal);
  await clock.armed();
  return { path, offers, clock };
};

const watchFile = async (text: string): Promise<Watching> => {
  const path = join(folder, 'policy.yaml');
  await writeFile(path, text);
  return watch(path);
};

describe('a policy file', () => {
  it('is offered at once', async () => {
    const { offers } = await watchFile('one');

    expect(offers).toEqual(['one']);
  });

  it('is not offered again while it does not change', async () => {
    const { offers, clock } = await watchFile('one');

    await clock.step();
    await clock.step();

    expect(offers).toEqual(['one']);
  });

  it('is offered again when it was written over', async () => {
    const { offers, clock, path } = await watchFile('one');

    await writeFile(path, 'second');
    await clock.step();
    await clock.step();

    expect(offers).toEqual(['one', 'second']);
  });

  it('is offered again when another file was moved to its place', async () => {
    const { offers, clock, path } = await watchFile('one');
    await writeFile(`${path}.new`, 'two');

    await rename(`${path}.new`, path);
    await clock.step();
    await clock.step();

    expect(offers).toEqual(['one', 'two']);
  });

  it('is not offered while it is still being written', async () => {
    const { offers, clock, path } = await watchFile('one');

    await writeFile(path, 'ha');
    await clock.step();
    await writeFile(path, 'half no more');
    await clock.step();
    await clock.step();

    expect(offers).toEqual(['one', 'half no more']);
  });

  it('is seen through a symbolic link that is swapped, as a mounted ConfigMap does it', async () => {
    await writeFile(join(folder, 'v1'), 'one');
    await writeFile(join(folder, 'v2'), 'two');
    await symlink('v1', join(folder, 'policy.yaml'));
    const { offers, clock, path } = await watch(join(folder, 'policy.yaml'));

    await symlink('v2', `${path}.new`);
    await rename(`${path}.new`, path);
    await clock.step();
    await clock.step();

    expect(offers).toEqual(['one', 'two']);
  });

  it('is offered as absent when it is not there, and again when it is', async () => {
    const { offers, clock, path } = await watch(join(folder, 'policy.yaml'));

    await writeFile(path, 'one');
    await clock.step();
    await clock.step();
    await rm(path);
    await clock.step();
    await clock.step();

    expect(offers).toEqual([undefined, 'one', undefined]);
  });

  it('is read no further than one byte beyond what a policy may have', async () => {
    const { offers } = await watchFile('x'.repeat(MAX_POLICY_BYTES + 100));

    expect(offers.map((text) => text?.length)).toEqual([MAX_POLICY_BYTES + 1]);
  });

  it('is offered as what is no UTF-8 where it is none', async () => {
    const path = join(folder, 'policy.yaml');
    await writeFile(path, Buffer.from('a: 1\nb: t\xe9am\n', 'latin1'));
    const clock = new StepClock();
    const offers: OfferedPolicy[] = [];

    stopped = createFileSource({ path, clock, offer: (each) => void offers.push(each) }).start(
      abort.signal,
    );
    await clock.armed();

    expect(offers).toMatchObject([{ parts: [{ notUtf8: { line: 2, column: 5, byte: 0xe9 } }] }]);
  });

  it('is no longer watched once the signal aborts', async () => {
    const { offers } = await watchFile('one');

    abort.abort();

    await expect(stopped).resolves.toBeUndefined();
    expect(offers).toEqual(['one']);
  });
});
