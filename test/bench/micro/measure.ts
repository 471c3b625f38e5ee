// SPDX-License-Identifier: Apache-2.0
// What one core does without any API server.

import { progress } from '../progress.js';
import type { Section } from '../row.js';
import { measureDeciding } from './deciding.js';
import { measureReading } from './reading.js';
import { measureSigning } from './signing.js';

export async function measureMicro(rounds: number): Promise<readonly Section[]> {
  progress('reading');
  const reading = await measureReading(rounds);
  progress('deciding');
  const deciding = await measureDeciding(rounds);
  progress('making certificates');
  const signing = await measureSigning(rounds);
  return [reading, deciding, signing];
}
