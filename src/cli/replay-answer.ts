// SPDX-License-Identifier: Apache-2.0
// Answers csr-approver replay: brings requests, policies and evidence together, and prints what would change.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CompiledPolicy } from '../decide/rule.js';
import type { Resolve } from '../decide/settle.js';
import { offlineResolver } from '../evidence/files.js';
import { forThePast, rememberedResolve, withoutAssumptions } from '../evidence/past.js';
import type { LoadedPolicy } from '../policy/load-policy.js';
import type { CsrObject } from '../request/csr-object.js';
import { readRequest } from '../request/read-request.js';
import { replay } from '../review/replay.js';
import { replayText } from '../review/replay-text.js';
import type { Replay } from '../review/replayed.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { type ClusterQuestions, withCluster } from './cluster-questions.js';
import { EXIT, type GivenFlags, type Process } from './command.js';
import { parseCsrList, readCsrList } from './csr-list.js';
import { policyOfFiles, policyOfPlace } from './given-policy.js';
import { readAccess, readDns, readObjects } from './offline-evidence.js';
import { printAnswer } from './output.js';
import { parseConfigMapName } from './policy-flags.js';
import { progressBar } from './progress.js';
import { CSR_COLLECTION } from './requests.js';

/** Resolves with the exit code: 1 when somebody would be decided differently. */
export async function answerReplay(given: GivenFlags, process: Process): Promise<number> {
  const find = () => answerTo(given, process);
  const answer = await printAnswer(given, process, { find, words: replayText });
  if (answer === undefined) return EXIT.unknown;
  if (answer.different > 0) return EXIT.no;
  return given.has('exit-code') && answer.unknown > 0 ? EXIT.unknown : EXIT.yes;
}

async function answerTo(given: GivenFlags, process: Process): Promise<Result<Replay, string>> {
  const candidate = given.texts('policy');
  if (candidate.length === 0) {
    return fail('UsageError: --policy FILE is missing: the candidate');
  }
  const file = given.text('filename');
  if ((file === undefined) === !given.has('from-cluster')) {
    return fail('UsageError: exactly one of -f FILE and --from-cluster is needed: the requests');
  }
  const loaded = await policyOfFiles(candidate);
  if (!loaded.ok) return loaded;
  const { policy } = loaded.value;
  const work = { given, process, candidate: policy };
  if (file !== undefined && given.text('against-configmap') === undefined) {
    return replayFile(file, undefined, work);
  }
  return withCluster(given, process, (cluster) =>
    file === undefined ? replayCluster(cluster, work) : replayFile(file, cluster, work),
  );
}

interface Work {
  readonly given: GivenFlags;
  readonly process: Process;
  readonly candidate: CompiledPolicy;
}

/** Requests and evidence of files; a cluster is asked for the policy to compare with at most. */
async function replayFile(
  file: string,
  cluster: ClusterQuestions | undefined,
  work: Work,
): Promise<Result<Replay, string>> {
  const against = await readAgainst(work, cluster);
  if (!against.ok) return against;
  const objects = await readObjects(work.given.texts('objects'));
  if (!objects.ok) return objects;
  const access = readAccess(work.given.texts('access'));
  if (!access.ok) return access;
  const dns = readDns(work.given.texts('dns'));
  if (!dns.ok) return dns;
  const requests = await readCsrList(file);
  if (!requests.ok) return requests;
  const given = { objects: objects.value, access: access.value };
  const resolve = withoutAssumptions(
    offlineResolver(dns.value.size === 0 ? given : { ...given, dns: dns.value }),
  );
  return run(requests.value, { ...work, against: against.value, resolve });
}

async function replayCluster(
  cluster: ClusterQuestions,
  work: Work,
): Promise<Result<Replay, string>> {
  const against = await readAgainst(work, cluster);
  if (!against.ok) return against;
  const items: unknown[] = [];
  const listed = await cluster.list(CSR_COLLECTION, (item) => void items.push(item));
  if (!listed.ok) return listed;
  const requests = parseCsrList(items, 'the cluster');
  if (!requests.ok) return requests;
  const resolve = rememberedResolve(cluster.resolve);
  const answer = await run(requests.value, { ...work, against: against.value, resolve });
  for (const { right, neededFor } of cluster.missingRights()) {
    work.process.err(`not known, since you lack the right to ${right}: ${neededFor}\n`);
  }
  return answer;
}

async function readAgainst(
  { given, process }: Work,
  cluster: ClusterQuestions | undefined,
): Promise<Result<CompiledPolicy | undefined, string>> {
  const files = given.texts('against');
  const configMap = given.text('against-configmap');
  if (files.length > 0 && configMap !== undefined) {
    return fail('UsageError: at most one of --against FILE and --against-configmap NS/NAME');
  }
  if (files.length > 0) return compiled(await policyOfFiles(files));
  if (configMap === undefined || cluster === undefined) return ok(undefined);
  const place = parseConfigMapName(configMap, '--against-configmap');
  if (!place.ok) return place;
  const tell = (note: string): void => process.err(`${note}\n`);
  return compiled(await policyOfPlace(place.value, { cluster, tell }));
}

const compiled = (loaded: Result<LoadedPolicy, string>): Result<CompiledPolicy, string> =>
  loaded.ok ? ok(loaded.value.policy) : loaded;

/** Requests between two turns of the event loop, in which a signal is heard. */
const BETWEEN_TURNS = 50;

async function run(
  requests: readonly CsrObject[],
  work: Work & { readonly against: CompiledPolicy | undefined; readonly resolve: Resolve },
): Promise<Result<Replay, string>> {
  const { candidate, against, resolve, process } = work;
  const bar = progressBar(process, requests.length, () => performance.now());
  const value = await replay(requests, {
    candidate,
    against,
    read: readRequest,
    resolve,
    resolvePast: forThePast(resolve),
    nowMs: Date.now(),
    signal: process.signal,
    onProgress: (done) => {
      bar.show(done);
      return done % BETWEEN_TURNS === 0 ? nextTurn() : undefined;
    },
  });
  bar.end();
  return value === undefined ? fail('Interrupted: nothing was changed') : ok(value);
}
