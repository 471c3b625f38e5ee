// SPDX-License-Identifier: Apache-2.0
// How the place of a policy is written on a command line.

import type { ConfigMapName } from '../policy-store/config-map.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Flag } from './command.js';

/** The flag that names the files of a policy; `help` says which one. */
export const policyFilesFlag = (help: string): Flag => ({
  type: 'string',
  multiple: true,
  value: 'FILE',
  help: `${help}; may be repeated: several files are the keys of one ConfigMap`,
});

/** Reads `NAMESPACE/NAME`; `flag` is named in the error, which is one line for the user. */
export function parseConfigMapName(
  text: string,
  flag: string = '--policy-configmap',
): Result<ConfigMapName, string> {
  const [namespace = '', name = '', ...rest] = text.split('/');
  if (namespace !== '' && name !== '' && rest.length === 0) return ok({ namespace, name });
  return fail(`UsageError: ${flag}: ${JSON.stringify(text)} is not NAMESPACE/NAME`);
}
