// SPDX-License-Identifier: Apache-2.0
// The flag by which a command takes exported requests instead of those of a cluster; csr-list.ts reads them.

import type { Flag } from './command.js';

/** `-f FILE`. */
export const csrListFlag = {
  type: 'string',
  short: 'f',
  value: 'FILE',
  help: 'offline: what kubectl get csr -o yaml or -o json printed; - is the standard input',
} as const satisfies Flag;
