// SPDX-License-Identifier: Apache-2.0
// Whether several replicas stand for election, and for which Lease.

import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Flag, GivenFlags } from './command.js';

const DEFAULT_LEASE = 'kube-csr-approver';

/** Which Lease. */
export interface LeasePlace {
  readonly namespace: string;
  readonly name: string;
}

/** The flags `--leader-elect` and `--lease`. */
export const leaseFlags = {
  'leader-elect': {
    type: 'string',
    value: 'true|false',
    help: 'only the replica that holds the Lease writes; default: true in a cluster, false with --kubeconfig',
  },
  lease: {
    type: 'string',
    value: 'NAME',
    help: `Lease in --namespace; default: ${DEFAULT_LEASE}`,
  },
} as const satisfies Record<string, Flag>;

/** The Lease in `namespace`, or undefined where there is no election; the error is one line for the user. */
export function readLease(
  given: GivenFlags,
  namespace: string,
): Result<LeasePlace | undefined, string> {
  const elect = given.text('leader-elect') ?? String(given.text('kubeconfig') === undefined);
  if (elect !== 'true' && elect !== 'false') {
    return fail(`UsageError: --leader-elect: ${JSON.stringify(elect)} is not true or false`);
  }
  const lease = { namespace, name: given.text('lease') ?? DEFAULT_LEASE };
  return ok(elect === 'true' ? lease : undefined);
}
