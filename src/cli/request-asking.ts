// SPDX-License-Identifier: Apache-2.0
// Puts a person's request before the API server, or finds that an earlier run did.

import { alwaysHeld } from '../controller/fence.js';
import { createObject } from '../kube/create-object.js';
import type { ServerConfig } from '../kube/server-config.js';
import type { Transport } from '../kube/transport.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import {
  keyOfRequest,
  type KeptKey,
  loginRequest,
  type LoginWish,
  subjectText,
} from '../review/login-request.js';
import { shownSeconds } from '../vocabulary/durations.js';
import { field, stringAt } from '../vocabulary/json.js';
import { printable } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Process } from './command.js';
import { type KeptKeys, newKeptKey } from './request-files.js';
import type { RequestOrder } from './request-order.js';
import { CSR_COLLECTION } from './requests.js';

const WHO_AM_I = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

/** What each step of the command has before it. */
export interface Desk {
  readonly order: RequestOrder;
  readonly config: ServerConfig;
  readonly transport: Transport;
  readonly process: Process;
}

/** A request of ours that is there, whoever made it: this run or one before. */
export interface Asked {
  readonly key: KeptKey;
  readonly uid: string;
}

/** What is asked for, in the name that was given or the one that the API server gives us. */
export async function completeWish({
  order,
  transport,
  process,
}: Desk): Promise<Result<LoginWish, string>> {
  if (order.commonName !== undefined) {
    return ok({ ...order.wish, commonName: order.commonName });
  }
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const { signal } = process;
  const answer = await transport.request({ method: 'POST', path: WHO_AM_I, body, signal });
  if (answer.kind !== 'ok') {
    return fail(
      `ApiUnavailable: ${answer.message}; the server cannot say who you are, so say with --user who the certificate is for`,
    );
  }
  const userInfo = field(field(answer.body, 'status'), 'userInfo');
  const commonName = stringAt(userInfo, 'username') ?? '';
  if (commonName === '')
    return fail('ApiUnavailable: the server did not say who you are; --user does');
  return ok({ ...order.wish, commonName });
}

/** Creates the request unless it is there; the key is on the disk before anything is sent. */
export async function askFor(
  wish: LoginWish,
  keys: KeptKeys,
  desk: Desk,
): Promise<Result<Asked, string>> {
  const { transport, process } = desk;
  const path = `${CSR_COLLECTION}/${encodeURIComponent(wish.name)}`;
  const there = await transport.request({ method: 'GET', path, signal: process.signal });
  if (there.kind === 'ok') return takeUp(there.body, { desk, wish, keys });
  if (there.kind !== 'refused') return fail(`ApiUnavailable: ${there.message}`);
  if (there.status === 403) return forbidden(there.message);
  if (there.status !== 404) return fail(`ApiUnavailable: ${there.message}`);
  const key = keys.pending === undefined ? await newKeptKey(desk.order) : ok(keys.pending);
  return key.ok ? create(wish, key.value, desk) : key;
}

async function create(
  wish: LoginWish,
  key: KeptKey,
  { order, transport, process }: Desk,
): Promise<Result<Asked, string>> {
  const object = loginRequest(wish, key.requestKey);
  if (!object.ok) return object;
  const { signal } = process;
  const writer = { transport, signal, fence: alwaysHeld };
  const made = await createObject(writer, CSR_COLLECTION, object.value);
  if (made.kind === 'conflict') {
    return fail(`RequestExists: somebody was faster to ask as ${wish.name}; take another name`);
  }
  if (made.kind === 'forbidden') return forbidden(made.message);
  if (made.kind !== 'written') {
    return fail(`ApiUnavailable: ${'message' in made ? made.message : 'there is no such API'}`);
  }
  const { signerName, expirationSeconds } = wish;
  process.err(
    `request ${wish.name} asks ${printable(signerName)} for ${subjectText(wish)}, ${shownSeconds(expirationSeconds)}; its key is in ${order.keyPath}\n`,
  );
  return ok({ key, uid: stringAt(field(made.object, 'metadata'), 'uid') ?? '' });
}

function takeUp(
  object: unknown,
  { desk, wish, keys }: { readonly desk: Desk; readonly wish: LoginWish; readonly keys: KeptKeys },
): Result<Asked, string> {
  const csr = parseCsrObject(object);
  if (!csr.ok) return fail(`${csr.error.code}: ${csr.error.at}: ${csr.error.detail}`);
  const kept = [keys.pending, keys.inUse].filter((key) => key !== undefined);
  const key = keyOfRequest(csr.value, wish, kept);
  if (!key.ok) return key;
  desk.process.err(`request ${wish.name} is there already, made with the key that is here\n`);
  return ok({ key: key.value, uid: csr.value.uid });
}

/** A call that was refused to whoever asks. */
export const forbidden = (message: string): Result<never, string> =>
  fail(
    `Forbidden: ${message}\nIt takes the rights to create, get and watch certificatesigningrequests: ClusterRole kube-csr-approver-requester of the chart.`,
  );
