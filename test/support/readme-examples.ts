// SPDX-License-Identifier: Apache-2.0
// The commands of a page and the output that the page shows: a block `sh` and the block `text` that follows it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the project. */
export const projectRoot = join(import.meta.dirname, '../..');

/** A command and what the page shows of its output; a line that is only `…` stands for any number of lines. */
export interface Example {
  readonly command: string;
  readonly shown: readonly string[];
}

/** All commands of a page; `shown` is empty for one that shows no output. */
export function examplesOf(page: string): readonly Example[] {
  const text = readFileSync(join(projectRoot, page), 'utf8');
  const blocks = [...text.matchAll(/^```(sh|text)\n([^]*?)^```$/gm)];
  return blocks.flatMap(([, kind, command = ''], index) => {
    if (kind !== 'sh') return [];
    const [, nextKind, output = ''] = blocks[index + 1] ?? [];
    const shown = nextKind === 'text' ? output.trimEnd().split('\n') : [];
    return [{ command: command.trim().replaceAll(/\\\n\s*/g, ''), shown }];
  });
}

/** What differs from run to run, masked: times, serial numbers, hashes of policies, seconds. */
export const masked = (line: string): string =>
  line
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, '<time>')
    .replaceAll(/\bserial [0-9a-f]{30,32}\b/g, 'serial <serial>')
    .replaceAll(/\bpolicy [0-9a-f]{8}\b/g, 'policy <hash>')
    .replaceAll(/\(\d+\.\d s\)/g, '(<seconds>)')
    .trimEnd();

/** The first shown line that the output does not have in its place; undefined when it has them all. */
export function firstMissing(shown: readonly string[], output: string): string | undefined {
  const lines = output.split('\n').map(masked);
  let next = 0;
  let mayJump = false;
  for (const line of shown) {
    if (line.trim() === '…') {
      mayJump = true;
      continue;
    }
    const found = lines.indexOf(masked(line), next);
    if (found === -1 || (!mayJump && next > 0 && found !== next)) return line;
    next = found + 1;
    mayJump = false;
  }
  return undefined;
}
