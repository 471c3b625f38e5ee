// SPDX-License-Identifier: Apache-2.0
// Reads the flags of the bench.

import { parseArgs } from 'node:util';

const PARTS = ['micro', 'api'];

/** Resolves to `{ ok: true, value }` or to `{ ok: false, why }`. */
export function readOptions(args) {
  const flags = {
    only: { type: 'string' },
    count: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  };
  let values;
  try {
    ({ values } = parseArgs({ args, options: flags }));
  } catch (error) {
    return { ok: false, why: error.message };
  }
  const { only, write } = values;
  if (only !== undefined && !PARTS.includes(only)) {
    return { ok: false, why: `--only: ${only} is not one of ${PARTS.join(', ')}` };
  }
  if (write && only !== undefined) {
    return { ok: false, why: '--write tells everything, so it does not go with --only' };
  }
  const count = Number(values.count);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(count) || count < 20 || count > 20_000) {
    return { ok: false, why: '--count is a number from 20 to 20000' };
  }
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) {
    return { ok: false, why: '--rounds is a number from 1 to 20' };
  }
  return { ok: true, value: { only, write, count, rounds } };
}
