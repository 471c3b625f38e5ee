// SPDX-License-Identifier: Apache-2.0
// The bench: measures what it was asked to, prints it, and writes the page if told to.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measureApi } from './api/measure.js';
import type { NodeVersion } from './api/on-each-node.js';
import { measureMicro } from './micro/measure.js';
import { markdown, plainText } from './report.js';
import type { Section } from './row.js';

/** As main.mjs gives it. */
interface Given {
  readonly only?: 'micro' | 'api';
  readonly count: number;
  readonly rounds: number;
  readonly write: boolean;
  readonly root: string;
  /** The bundle's executable. */
  readonly bundle: string;
  readonly nodes: readonly NodeVersion[];
  readonly plane: { readonly binDir?: string; readonly missing?: string };
}

const given = JSON.parse(process.argv[2] ?? '{}') as Given;
const { binDir, missing } = given.plane;
const sections: Section[] = [];
if (given.only !== 'api') sections.push(...(await measureMicro(Math.max(5, given.rounds))));
if (binDir !== undefined) sections.push(...(await measureApi({ ...given, binDir })));
process.stdout.write(`\n${plainText(sections)}`);
if (missing !== undefined) process.stderr.write(`! rows with an API server left out: ${missing}\n`);
if (given.write && missing === undefined) {
  await writeFile(join(given.root, 'docs/benchmarks.md'), markdown(sections, given));
} else if (given.write) {
  process.stderr.write('! docs/benchmarks.md not written: rows are missing\n');
  process.exitCode = 1;
}
