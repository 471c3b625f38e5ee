// SPDX-License-Identifier: Apache-2.0
// What one core does without any API server.

import { progress } from '../progress.js';
import type { Section } from '../row.js';
import { measureDeciding } from './deciding.js';
import { measureEventLoop } from './event-loop.js';
import { measureNodes } from './nodes.js';
import { measureReading } from './reading.js';
import { measureReplaying } from './replaying.js';
import { measureSigning } from './signing.js';

export async function measureMicro(rounds: number): Promise<readonly Section[]> {
  progress('reading');
  const reading = await measureReading(rounds);
  progress('deciding');
  const deciding = await measureDeciding(rounds);
  progress('nodes');
  const nodes = await measureNodes(rounds);
  progress('making certificates');
  const signing = await measureSigning(rounds);
  progress('event loop');
  const eventLoop = await measureEventLoop();
  progress('replaying');
  const replaying = await measureReplaying();
  return [reading, deciding, nodes, signing, eventLoop, replaying];
}
