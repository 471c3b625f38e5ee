// SPDX-License-Identifier: Apache-2.0
// Answers csr-approver explain: finds out what was asked of whom, and prints the answer.

import { explanationText } from '../review/explain-text.js';
import type { Explanation } from '../review/explanation.js';
import { reviewListText } from '../review/review-list.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { type ClusterQuestions, withCluster } from './cluster-questions.js';
import { EXIT, type GivenFlags, type Process } from './command.js';
import { explainAwaitingReview } from './explain-awaiting-review.js';
import { explainByName } from './explain-cluster.js';
import { decideOffline } from './explain-offline.js';
import { policyOfFlags } from './given-policy.js';
import { type Output, printedValue, readOutput } from './output.js';

/** Resolves with the exit code. */
export async function answerExplain(given: GivenFlags, process: Process): Promise<number> {
  const answer = await answerTo(given, process);
  if (answer.ok) {
    process.out(answer.value.text);
    return answer.value.code;
  }
  process.err(`${answer.error}\n`);
  return EXIT.unknown;
}

type Answer = Result<{ readonly text: string; readonly code: number }, string>;

async function answerTo(given: GivenFlags, process: Process): Promise<Answer> {
  const output = readOutput(given, 'text', 'json', 'yaml');
  if (!output.ok) return output;
  const found = subjectOf(given);
  if (!found.ok) return found;
  const subject = found.value;
  const ignored = ignoredFlag(subject, given);
  if (ignored !== undefined) return fail(ignored);
  if (subject.kind === 'file') return offline(subject.file, given, output.value);

  return withCluster(given, process, (cluster) =>
    online(subject, { cluster, given, process, output: output.value }),
  );
}

type Subject =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'awaiting-review' };

function subjectOf(given: GivenFlags): Result<Subject, string> {
  const [name] = given.positionals;
  const file = given.text('filename');
  const list = given.has('awaiting-review');
  if ([name, file, list || undefined].filter((each) => each !== undefined).length !== 1) {
    return fail(
      'UsageError: exactly one of NAME, -f FILE and --awaiting-review is needed: the request to explain',
    );
  }
  if (name !== undefined) return ok({ kind: 'name', name });
  return ok(file === undefined ? { kind: 'awaiting-review' } : { kind: 'file', file });
}

/** What only a file says, and what only a cluster does; where the other answers, it would be ignored. */
const ONLY_OFFLINE = ['objects', 'access', 'dns', 'as', 'as-group', 'signer-name', 'usage'];
const ONLY_ONLINE = ['policy-configmap'];

/** What to say of a flag that has no effect on the answer about `subject`. */
function ignoredFlag({ kind }: Subject, given: GivenFlags): string | undefined {
  const isOffline = kind === 'file';
  const flag = (isOffline ? ONLY_ONLINE : ONLY_OFFLINE).find(
    (name) => given.text(name) !== undefined,
  );
  if (flag === undefined) return undefined;
  return isOffline
    ? `UsageError: --${flag} is for the cluster; -f FILE is explained by --policy FILE`
    : `UsageError: --${flag} is for -f FILE; the cluster says it itself`;
}

async function offline(file: string, given: GivenFlags, output: Output): Promise<Answer> {
  const policy = given.texts('policy');
  if (policy.length === 0) {
    return fail('UsageError: --policy FILE is missing: the policy to decide by');
  }
  const question = {
    file,
    policy,
    objects: given.texts('objects'),
    access: given.texts('access'),
    dns: given.texts('dns'),
    as: given.text('as'),
    asGroups: given.texts('as-group'),
    signerName: given.text('signer-name'),
    usages: given.texts('usage'),
  };
  const explanation = await decideOffline(question, Date.now());
  return explanation.ok ? ok(answerOf(explanation.value, given, output)) : explanation;
}

async function online(
  subject: Exclude<Subject, { kind: 'file' }>,
  asked: {
    readonly cluster: ClusterQuestions;
    readonly given: GivenFlags;
    readonly process: Process;
    readonly output: Output;
  },
): Promise<Answer> {
  const { cluster, given, process, output } = asked;
  const loaded = await policyOfFlags(given, { cluster, tell: (note) => process.err(`${note}\n`) });
  if (!loaded.ok) return loaded;
  const where = { cluster, policy: loaded.value.policy, nowMs: Date.now() };
  if (subject.kind === 'name') {
    const explanation = await explainByName(subject.name, where);
    return explanation.ok ? ok(answerOf(explanation.value, given, output)) : explanation;
  }
  const list = await explainAwaitingReview(where);
  if (!list.ok) return list;
  const text = output === 'text' ? reviewListText(list.value) : printedValue(list.value, output);
  return ok({ text, code: EXIT.yes });
}

function answerOf(explanation: Explanation, given: GivenFlags, output: Output) {
  const text = output === 'text' ? explanationText(explanation) : printedValue(explanation, output);
  if (!given.has('exit-code')) return { text, code: EXIT.yes };
  if (!explanation.known) return { text, code: EXIT.unknown };
  return { text, code: explanation.decision === 'approve' ? EXIT.yes : EXIT.no };
}
