// SPDX-License-Identifier: Apache-2.0
// Answers csr-approver certs: gets the requests of a cluster or of a file, and prints which certificates they hold.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { secondsOf } from '../policy/durations.js';
import type { CsrObject } from '../request/csr-object.js';
import { type IssuedList, type IssuedQuestion, issuedList } from '../review/issued-list.js';
import { issuedListText } from '../review/issued-list-text.js';
import { field, stringAt } from '../vocabulary/json.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { type ClusterQuestions, withCluster } from './cluster-questions.js';
import { EXIT, type GivenFlags, type Process } from './command.js';
import { parseCsrList, readCsrList } from './csr-list.js';
import { printAnswer } from './output.js';
import { CSR_COLLECTION } from './requests.js';

/** A list that looks complete and is not would be worse than none. */
const NOT_ALL = `Kubernetes deletes a request, and the certificate in it, about an hour after it was approved. What was issued before
stands in the controller's log: "certificate issued" where it signs, else only the approval (docs/audit-log.md).
`;

/** Resolves with the exit code. */
export async function answerCerts(given: GivenFlags, process: Process): Promise<number> {
  const find = () => answerTo(given, process);
  const list = await printAnswer(given, process, { find, words: issuedListText });
  if (list === undefined) return EXIT.unknown;
  process.err(NOT_ALL);
  return EXIT.yes;
}

async function answerTo(given: GivenFlags, process: Process): Promise<Result<IssuedList, string>> {
  const question = questionOf(given);
  if (!question.ok) return question;
  const file = given.text('filename');
  const requests =
    file === undefined
      ? await withCluster(given, process, requestsOfCluster)
      : await readCsrList(file);
  if (!requests.ok) return requests;
  const list = await issuedList(requests.value, {
    ...question.value,
    nowMs: Date.now(),
    onProgress: (done) => (done % BETWEEN_TURNS === 0 ? nextTurn() : undefined),
    signal: process.signal,
  });
  return list === undefined ? fail('Interrupted: nothing was changed') : ok(list);
}

/** Certificates between two turns of the event loop, in which a signal is heard. */
const BETWEEN_TURNS = 50;

function questionOf(
  given: GivenFlags,
): Result<Pick<IssuedQuestion, 'withinSeconds' | 'signers'>, string> {
  const within = given.text('expires-within');
  const withinSeconds = within === undefined ? undefined : secondsOf(within);
  if (within !== undefined && withinSeconds === undefined) {
    const form = 'no duration; write for example 7d, 12h or 1h30m';
    return fail(`UsageError: --expires-within ${JSON.stringify(within)}: ${form}`);
  }
  return ok({ withinSeconds, signers: given.texts('signer') });
}

/** Those that hold a certificate; the others, of which there may be many, are not kept. */
async function requestsOfCluster(
  cluster: ClusterQuestions,
): Promise<Result<readonly CsrObject[], string>> {
  const issued: unknown[] = [];
  const listed = await cluster.list(CSR_COLLECTION, (item) => {
    if (stringAt(field(item, 'status'), 'certificate') !== undefined) issued.push(item);
  });
  return listed.ok ? parseCsrList(issued, 'the cluster') : listed;
}
