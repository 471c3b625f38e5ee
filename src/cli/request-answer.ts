// SPDX-License-Identifier: Apache-2.0
// Answers csr-approver request: asks, waits, checks what came, and writes the kubeconfig.

import { awaitObject } from '../kube/await-object.js';
import { Lifetime } from '../kube/lifetime.js';
import { createTransport } from '../kube/transport.js';
import type { CsrObject } from '../request/csr-object.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import { csrState } from '../request/state.js';
import { readIssuedLogin } from '../review/issued-login.js';
import { loginKubeconfig } from '../review/login-kubeconfig.js';
import { type LoginOutcome, loginOutcomeText, refusedLogin } from '../review/login-outcome.js';
import type { KeptKey, LoginWish } from '../review/login-request.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { realClock } from './clock.js';
import { EXIT, type GivenFlags, type Process } from './command.js';
import { findServerForPerson } from './find-server.js';
import { printAnswer } from './output.js';
import { askFor, completeWish, type Desk, forbidden } from './request-asking.js';
import { dropKey, keepKubeconfig, type KeptKeys, readKeptKeys } from './request-files.js';
import { readOrder, type RequestOrder } from './request-order.js';
import { CSR_COLLECTION } from './requests.js';
import { VERSION } from './version.js';

/** Resolves with the exit code: 0 issued, 1 denied or failed, 2 could not tell. */
export async function answerRequest(given: GivenFlags, process: Process): Promise<number> {
  const find = () => outcomeOf(given, process);
  const outcome = await printAnswer(given, process, { find, words: loginOutcomeText });
  if (outcome === undefined) return EXIT.unknown;
  return outcome.state === 'issued' ? EXIT.yes : EXIT.no;
}

async function outcomeOf(
  given: GivenFlags,
  process: Process,
): Promise<Result<LoginOutcome, string>> {
  const order = readOrder(given);
  if (!order.ok) return order;
  const keys = await readKeptKeys(order.value);
  if (!keys.ok) return keys;
  const config = await findServerForPerson(given, process);
  if (!config.ok) return config;
  const transport = createTransport(config.value, { clock: realClock, version: VERSION });
  try {
    const desk = { order: order.value, config: config.value, transport, process };
    const outcome = await obtain(keys.value, desk);
    if (outcome.ok || !process.signal.aborted) return outcome;
    return fail(`Interrupted: ${goesOn(order.value)}`);
  } finally {
    await transport.close();
  }
}

const goesOn = ({ keyPath }: RequestOrder): string =>
  `the same command goes on from here, with the key in ${keyPath}`;

async function obtain(keys: KeptKeys, desk: Desk): Promise<Result<LoginOutcome, string>> {
  const wish = await completeWish(desk);
  if (!wish.ok) return wish;
  const asked = await askFor(wish.value, keys, desk);
  if (!asked.ok) return asked;
  const csr = await untilSettled(asked.value.uid, desk);
  if (!csr.ok) return csr;
  const refused = refusedLogin(csr.value);
  if (refused === undefined) {
    return receive(csr.value, { wish: wish.value, key: asked.value.key, desk });
  }
  const dropped = await dropKey(desk.order);
  return dropped.ok ? ok(refused) : dropped;
}

/** The request once there is nothing to wait for; tells on the way what it waits for. */
async function untilSettled(uid: string, desk: Desk): Promise<Result<CsrObject, string>> {
  const { order, transport, process } = desk;
  const { name } = order.wish;
  const life = new Lifetime(process.signal, realClock);
  life.endAfter(order.timeoutMs, 'Timeout');
  let waiting = '';
  const look = (object: unknown): Result<CsrObject, string> | undefined => {
    const csr = parseCsrObject(object);
    if (!csr.ok) return fail(`${csr.error.code}: ${csr.error.at}: ${csr.error.detail}`);
    if (csr.value.uid !== uid) return fail(`NotFound: another request has taken the name ${name}`);
    const state = csrState(csr.value);
    if (state !== 'pending' && state !== 'approved') return csr;
    const now = state === 'pending' ? 'to be approved' : 'to be signed: it is approved';
    if (now !== waiting) process.err(`request ${name} waits ${now} (up to ${order.timeout})\n`);
    waiting = now;
    return undefined;
  };
  const seen = await awaitObject({
    transport,
    clock: realClock,
    random: Math.random,
    path: CSR_COLLECTION,
    name,
    look,
    signal: life.signal,
  });
  life.end();
  if (seen.kind === 'settled') return seen.value;
  if (seen.kind === 'forbidden') return forbidden(seen.message);
  if (seen.kind === 'absent') return fail(`NotFound: request ${name} was deleted; ask again`);
  return fail(
    `TimedOut: request ${name} still waits ${waiting || 'for an answer of the server'}; ${goesOn(order)}.\ncsr-approver explain ${name} says why, to whoever may read the policy.`,
  );
}

/** Checks what came, and writes it down only if it is what was asked for. */
async function receive(
  csr: CsrObject,
  { wish, key, desk }: { readonly wish: LoginWish; readonly key: KeptKey; readonly desk: Desk },
): Promise<Result<LoginOutcome, string>> {
  const { order, config } = desk;
  const { name, commonName, organizations, signerName } = wish;
  const { spki } = key.requestKey;
  const login = readIssuedLogin(csr.certificate ?? '', { wish, spki, nowMs: realClock.nowMs() });
  if (!login.ok) {
    return fail(
      `CertificateRefused: what the server gave for request ${name} is not used: ${login.error}`,
    );
  }
  const text = loginKubeconfig({
    name: order.contextName,
    request: name,
    server: config,
    certificatePem: login.value.pem,
    keyPem: key.keyPem,
  });
  const written = await keepKubeconfig(order, text);
  if (!written.ok) return written;
  return ok({
    state: 'issued',
    csr: name,
    signerName,
    commonName,
    organizations,
    serial: login.value.serial,
    notBefore: new Date(login.value.notBeforeMs).toISOString(),
    notAfter: new Date(login.value.notAfterMs).toISOString(),
    kubeconfig: order.kubeconfigPath,
    context: order.contextName,
  });
}
