// SPDX-License-Identifier: Apache-2.0
// npm run demo: real requests, a small API server in this process, and the controller between them. It is also a
// test: what came of each request is compared with what is expected. Exit codes: 0 all as expected, 1 not.
// With --keep everything goes on until Ctrl-C, to be played with.

import { parseArgs } from 'node:util';
import { loadSmallApiServer } from './api-server/load.mjs';
import { buildIfStale } from './bundle.mjs';
import { POLICY_CONFIGMAP } from './cluster-objects.mjs';
import { explainTruncated } from './explain-truncated.mjs';
import { outcomesOf } from './outcomes.mjs';
import { REQUESTS } from './requests.mjs';
import { showCertificates } from './show-certificates.mjs';
import { showHolders } from './show-holders.mjs';
import { showOutcomes, surprisesIn } from './show-outcomes.mjs';
import { prepareStage } from './stage.mjs';
import { painted, say } from './terminal.mjs';
import { sayKubectl, sayNext } from './what-next.mjs';

/** What must be undone, the latest first. */
const undos = /** @type {(() => unknown)[]} */ ([]);
let cleaning = Promise.resolve();
let isInterrupted = false;
let isKept = false;

/** Resolves with the exit code. */
async function demo() {
  const { keep } = parseArgs({ options: { keep: { type: 'boolean' } } }).values;
  stopOnSignals();
  if (buildIfStale()) step('built the bundle (dist/csr-approver.mjs)');
  step('starting a small Kubernetes API server in this process');
  const { startSmallApiServer } = await loadSmallApiServer();
  const server = await startSmallApiServer();
  later(server.stop);
  step(`starting the controller, with demo/policy.yaml as ConfigMap ${POLICY_CONFIGMAP}`);
  const stage = await prepareStage(server, later);
  step(`sending ${REQUESTS.length} requests, each as the one who asks`);
  const outcomes = await outcomesOf(REQUESTS, stage);

  title('What was asked, and what came of it');
  showOutcomes(outcomes);
  title('The certificates');
  const inCertificates = showCertificates(outcomes, stage);
  title('Who their holders are to the API server, over TLS (kubectl auth whoami)');
  const inHolders = await showHolders(outcomes, server);
  title('What is wrong with the request that was cut off?');
  const inAnswer = explainTruncated();

  const surprises = [...surprisesIn(outcomes), ...inCertificates, ...inHolders, ...inAnswer];
  if (surprises.length > 0) {
    title('Not as expected');
    for (const line of surprises) say(painted('red', `   ${line}`));
    return 1;
  }
  const seconds = (performance.now() / 1000).toFixed(1);
  say(painted('green', `✓ all ${outcomes.length} requests came out as expected (${seconds} s)`));
  title('What to try next');
  if (keep !== true) {
    sayNext();
    return 0;
  }
  isKept = true;
  sayKubectl(server.kubeconfigPath);
  await stage.controller.ended;
  if (!isInterrupted) throw new Error('the controller has ended');
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
      void cleanUp().then(() => process.exit(isKept ? 0 : 128 + number));
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
