// SPDX-License-Identifier: Apache-2.0
// Loads the policy that a command is given: files, or the one of a ConfigMap that is in force in the cluster now.

import { type LoadedPolicy, loadPolicyParts } from '../policy/load-policy.js';
import { formatProblem, type PolicyProblem } from '../policy/problem.js';
import { type ConfigMapName, nameOf, readPolicyConfigMap } from '../policy-store/config-map.js';
import { keptParts, lastGoodOf, readKeptPolicy } from '../policy-store/kept-policy.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { ClusterQuestions } from './cluster-questions.js';
import type { GivenFlags } from './command.js';
import { readPolicyParts } from './files.js';
import { parseConfigMapName } from './policy-flags.js';

/** Where the chart, and the examples of the README, put the policy. */
const USUAL_PLACES: readonly ConfigMapName[] = [
  { namespace: 'kube-csr-approver', name: 'kube-csr-approver-policy' },
  { namespace: 'kube-system', name: 'kube-csr-approver' },
];

/** The ConfigMaps of a cluster, and where to say what is odd about them. */
export interface PolicySight {
  readonly cluster: Pick<ClusterQuestions, 'readConfigMap'>;
  /** Takes one line for the user. */
  readonly tell: (note: string) => void;
}

/** The policy that `--policy` or `--policy-configmap` name, else the one at a usual place. */
export async function policyOfFlags(
  given: GivenFlags,
  sight: PolicySight,
): Promise<Result<LoadedPolicy, string>> {
  const files = given.texts('policy');
  const configMap = given.text('policy-configmap');
  if (files.length > 0 && configMap !== undefined) {
    return fail('UsageError: at most one of --policy-configmap NS/NAME and --policy FILE');
  }
  if (files.length > 0) return policyOfFiles(files);
  if (configMap === undefined) return policyOfUsualPlace(sight);
  const place = parseConfigMapName(configMap);
  return place.ok ? policyOfPlace(place.value, sight) : place;
}

/** The policy in files, each of which is a key of one ConfigMap; the error is a line for each problem. */
export async function policyOfFiles(
  paths: readonly string[],
): Promise<Result<LoadedPolicy, string>> {
  const parts = await readPolicyParts(paths);
  return parts.ok ? worded(loadPolicyParts(parts.value)) : parts;
}

/** The policy of a ConfigMap that has to be there. */
export async function policyOfPlace(
  place: ConfigMapName,
  sight: PolicySight,
): Promise<Result<LoadedPolicy, string>> {
  const found = await policyOfConfigMap(place, sight);
  if (!found.ok) return found;
  return found.value === undefined
    ? fail(`PolicyNotFound: there is no ${nameOf(place)}`)
    : ok(found.value);
}

/** The policy at the first usual place that there is. */
async function policyOfUsualPlace(sight: PolicySight): Promise<Result<LoadedPolicy, string>> {
  for (const place of USUAL_PLACES) {
    // One after the other: the first that is there is the one.
    const found = await policyOfConfigMap(place, sight);
    if (!found.ok) return found;
    if (found.value === undefined) continue;
    sight.tell(`policy: ${nameOf(place)}`);
    return ok(found.value);
  }
  const tried = USUAL_PLACES.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
  return fail(
    `UsageError: --policy-configmap NS/NAME or --policy FILE is needed: none of the ConfigMaps ${tried} is there`,
  );
}

/** What is in force by a ConfigMap: its policy, or the last good one; undefined where there is no such ConfigMap. */
async function policyOfConfigMap(
  place: ConfigMapName,
  { cluster, tell }: PolicySight,
): Promise<Result<LoadedPolicy | undefined, string>> {
  const answer = await cluster.readConfigMap(place);
  if (answer.kind === 'absent') return ok(undefined);
  if (answer.kind === 'unavailable') {
    return fail(`PolicyNotFound: ${nameOf(place)} cannot be read: ${answer.why}`);
  }
  const { isPaused, offered } = readPolicyConfigMap(answer.object, place);
  if (isPaused) tell(`${nameOf(place)} is paused: the controller decides nothing meanwhile`);
  if (offered.kind === 'nothing') return fail(`PolicyNotFound: ${nameOf(place)}: ${offered.why}`);
  const loaded = worded(loadPolicyParts(offered.parts));
  if (loaded.ok) return loaded;
  const lastGood = await lastGoodPolicy(place, cluster);
  if (lastGood === undefined) return loaded;
  tell(`${loaded.error}\nso the last good policy (${lastGood.hash}) is in force`);
  return ok(lastGood);
}

async function lastGoodPolicy(
  place: ConfigMapName,
  cluster: PolicySight['cluster'],
): Promise<LoadedPolicy | undefined> {
  const kept = lastGoodOf(place);
  const answer = await cluster.readConfigMap(kept);
  if (answer.kind !== 'found') return undefined;
  const parts = keptParts(readKeptPolicy(answer.object).data, kept);
  const loaded = parts === undefined ? undefined : loadPolicyParts(parts);
  return loaded?.ok === true ? loaded.value : undefined;
}

const worded = (
  loaded: Result<LoadedPolicy, readonly PolicyProblem[]>,
): Result<LoadedPolicy, string> =>
  loaded.ok ? loaded : fail(loaded.error.map(formatProblem).join('\n'));
