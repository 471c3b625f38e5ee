// SPDX-License-Identifier: Apache-2.0
// Each command of docs/explain.md that needs no cluster is run, and prints what the page shows.

import { describe, expect, it } from '@jest/globals';
import { runProgram } from '../support/running-controller.js';
import { examplesOf, firstMissing, projectRoot } from '../support/readme-examples.js';

describe('docs/explain.md', () => {
  it.each(examplesOf('docs/explain.md'))(
    'tells the truth about: $command',
    async ({ command, shown }) => {
      const { code, stdout, stderr } = await runProgram('bash', [
        '-c',
        `cd ${projectRoot} && ${command}`,
      ]);

      expect([code, stderr]).toEqual([0, '']);
      expect(shown.length).toBeGreaterThan(0);
      expect(firstMissing(shown, stdout)).toBeUndefined();
    },
  );
});
