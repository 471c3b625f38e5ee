// SPDX-License-Identifier: Apache-2.0
// What of the flags of `run` its rights depend on.

import type { ConfigMapName } from '../policy-store/config-map.js';
import { lastGoodOf } from '../policy-store/kept-policy.js';
import type { RunShape } from '../review/rights.js';
import type { Flag, GivenFlags } from './command.js';

/** Where people put what belongs to the cluster, for a policy that comes from a file. */
const DEFAULT_NAMESPACE = 'kube-system';

/** The flag `--namespace`. */
export const namespaceFlag = {
  type: 'string',
  value: 'NAME',
  help: `where Secrets of CAs lie; default: that of the policy ConfigMap, else ${DEFAULT_NAMESPACE}`,
} as const satisfies Flag;

/** The namespace of the flag; `configMap` is where the policy is read, if there. */
export const readNamespace = (given: GivenFlags, configMap: ConfigMapName | undefined): string =>
  given.text('namespace') ?? configMap?.namespace ?? DEFAULT_NAMESPACE;

/** The shape of a `run`; `configMap` is undefined when the policy is read from a file. */
export const runShape = ({
  controllers,
  namespace,
  lease,
  configMap,
}: Omit<RunShape, 'policyPlace'> & {
  readonly configMap: ConfigMapName | undefined;
}): RunShape => ({
  controllers,
  namespace,
  lease,
  policyPlace: configMap === undefined ? undefined : { configMap, lastGood: lastGoodOf(configMap) },
});
