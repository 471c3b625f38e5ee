// SPDX-License-Identifier: Apache-2.0
// npm run demo: real requests, a real API server, and the controller between them. It is also a test: what came of
// each request is compared with what is expected. Exit codes: 0 all as expected, 1 not, 2 no API server to run on.

import { findApiServer } from './api-server.mjs';
import { buildIfStale } from './bundle.mjs';
import { POLICY_CONFIGMAP } from './cluster-objects.mjs';
import { explainTruncated } from './explain-truncated.mjs';
import { outcomeOf } from './outcomes.mjs';
import { REQUESTS } from './requests.mjs';
import { showCertificates } from './show-certificates.mjs';
import { showHolders } from './show-holders.mjs';
import { showOutcomes, surprisesIn } from './show-outcomes.mjs';
import { prepareStage } from './stage.mjs';
import { painted, say } from './terminal.mjs';

/** What must be undone, the latest first. */
const undos = /** @type {(() => unknown)[]} */ ([]);
let cleaning = Promise.resolve();
let isInterrupted = false;

/** Resolves with the exit code. */
async function demo() {
  const apiServer = await findApiServer(step);
  if ('why' in apiServer) {
    say(`The demo needs the programs of a Kubernetes API server: ${apiServer.why}`);
    return 2;
  }
  stopOnSignals();
  if (buildIfStale()) step('built the bundle (dist/csr-approver.mjs)');
  step('starting a real etcd and kube-apiserver');
  const server = await apiServer.start();
  later(server.stop);
  step(`starting the controller, with demo/policy.yaml as ConfigMap ${POLICY_CONFIGMAP}`);
  const stage = await prepareStage(server, later);
  step(`sending ${REQUESTS.length} requests, each as the one who asks`);
  const outcomes = await Promise.all(REQUESTS.map((request) => outcomeOf(request, stage)));

  title('What was asked, and what came of it');
  showOutcomes(outcomes);
  title('The certificates');
  const inCertificates = showCertificates(outcomes, stage);
  title('Who their holders are to the API server, over TLS (kubectl auth whoami)');
  const inHolders = await showHolders(outcomes, server);
  title('What is wrong with the request that was cut off?');
  const inAnswer = explainTruncated();

  const surprises = [...surprisesIn(outcomes), ...inCertificates, ...inHolders, ...inAnswer];
  if (surprises.length === 0) return whatNext();
  title('Not as expected');
  for (const line of surprises) say(painted('red', `   ${line}`));
  return 1;
}

function whatNext() {
  title('What to try next');
  say('   change demo/policy.yaml, for example the lifetime of developers, and run this again');
  say(
    '   node dist/csr-approver.mjs explain --help   why would a request be decided so? (no cluster)',
  );
  say('   docs/policy.md, examples/                   write a policy of your own');
  say('   docs/reasons.md                             what each reason means, and what to do then');
  say('   node dist/csr-approver.mjs run --help       let it work in a cluster of yours');
  return 0;
}

/** @param {string} line */
function step(line) {
  say(painted('dim', `• ${line}`));
}

/** @param {string} line */
function title(line) {
  say(`\n${painted(['bold', 'cyan'], line)}\n`);
}

/** @param {() => unknown} undo */
function later(undo) {
  undos.push(undo);
  // What was begun before an interruption may come into being after it.
  if (isInterrupted) void cleanUp();
}

/** Resolves when everything is undone, also what another call has begun to undo. */
function cleanUp() {
  cleaning = cleaning.then(undoAll);
  return cleaning;
}

async function undoAll() {
  for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) {
    try {
      await undo();
    } catch (error) {
      say(`cleaning up: ${String(error)}`);
    }
  }
}

function stopOnSignals() {
  const numbers = /** @type {const} */ ({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 });
  for (const [signal, number] of Object.entries(numbers)) {
    process.on(signal, () => {
      if (isInterrupted) return;
      isInterrupted = true;
      void cleanUp().then(() => process.exit(128 + number));
    });
  }
}

try {
  process.exitCode = await demo();
} catch (error) {
  // What fails because it was taken away is no news.
  if (!isInterrupted) {
    say(
      painted('red', `the demo failed: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
  process.exitCode = 1;
} finally {
  await cleanUp();
}
