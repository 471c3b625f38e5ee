// SPDX-License-Identifier: Apache-2.0
// Sends requests as their requesters and waits until each is settled: what came of it, and who said so.

import { setTimeout as delay } from 'node:timers/promises';
import { CSRS } from './cluster-objects.mjs';
import { requestOf, shownContents } from './make-request.mjs';

const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';
const EVENT_POLLS = 100;
const EVENT_POLL_MS = 50;

/**
 * @typedef {object} Outcome
 * @property {import('./requests.mjs').DemoRequest} request
 * @property {string[]} shown what was asked for
 * @property {string} pem
 * @property {import('node:crypto').KeyObject} [key] the private key, where the demo made it
 * @property {{ decision: string, reason: string, message: string }} [before] the change, if there is one
 * @property {string} by
 * @property {string} decision
 * @property {string} [rule]
 * @property {string} reason
 * @property {string} message
 * @property {string} [shadow] what rules in mode shadow would have done
 * @property {string} [certificate] PEM
 *
 * @typedef {import('./controller.mjs').LogLine} LogLine
 * @typedef {import('./stage.mjs').Stage} Stage
 */

/**
 * @param {readonly import('./requests.mjs').DemoRequest[]} requests
 * @param {Stage} stage
 */
export async function outcomesOf(requests, stage) {
  const asked = await Promise.all(requests.map((request) => ask(request, stage)));
  const outcomes = /** @type {Outcome[]} */ ([]);
  // One after the other: what one change brings about must not be taken for the work of the next.
  for (const { decided, answer, ...common } of asked) {
    const end =
      decided === undefined ? refused(answer) : await settle(common.request, decided, stage);
    outcomes.push({ ...common, ...end });
  }
  return outcomes;
}

/**
 * What the API server answers, and what the controller says at first sight if it gets to see the request.
 * @param {import('./requests.mjs').DemoRequest} request
 * @param {Stage} stage
 */
async function ask(request, { client, controller }) {
  const { name, signerName, usages, expirationSeconds, requester, expected } = request;
  const { pem, key } = await requestOf(request);
  const spec = {
    request: Buffer.from(pem).toString('base64'),
    signerName,
    usages,
    expirationSeconds,
  };
  const body = { metadata: { name }, spec };
  const answer = await client.call('POST', CSRS, { as: requester, body });
  const mayWait = expected.before?.decision === 'waits';
  const decided =
    answer.status !== 201
      ? undefined
      : await controller.seen(
          `decision about ${name}`,
          ({ csr, decision }) =>
            csr === name && decision !== undefined && (mayWait || decision !== 'wait'),
        );
  return { request, shown: shownContents(pem), pem, key, answer, decided };
}

/** @param {import('./api-client.mjs').Answer} answer */
function refused({ status, body: { reason = '', message = '' } }) {
  const text = message.replace(/^.* is invalid: /, '');
  return { by: 'API server', decision: 'refused', reason: `${status} ${reason}`, message: text };
}

/**
 * Makes the change of the request, if it has one, and waits for what comes last.
 * @param {import('./requests.mjs').DemoRequest} request
 * @param {LogLine} decided
 * @param {Stage} stage
 */
async function settle({ name, change }, decided, { client, controller }) {
  if (change !== undefined) {
    const { status, body } = await client.call('PATCH', change.path, { body: change.body });
    if (status !== 200) throw new Error(`${change.what}: ${status} ${body.message}`);
  }
  const isToBeSigned = change !== undefined || decided['decision'] === 'approve';
  const end = !isToBeSigned
    ? decided
    : await controller.seen(
        `certificate of ${name}`,
        ({ csr, issuance }) => csr === name && (issuance === 'published' || issuance === 'failed'),
      );
  const { body: csr } = await client.call('GET', `${CSRS}/${name}`);
  const shadow = decided['shadow'].map(
    (/** @type {any} */ { rule, decision }) => `rule ${rule} would ${decision}`,
  );
  return {
    by: 'controller',
    before: change === undefined ? undefined : undecided(decided),
    shadow: shadow.length === 0 ? undefined : shadow.join(', '),
    ...(statusOf(csr, decided, end) ?? undecided(decided)),
    ...(decided['decision'] === 'review' ? await eventAbout(csr, client) : {}),
  };
}

const UNDECIDED = { leave: 'left alone', wait: 'waits', review: 'awaits review' };

/** @param {LogLine} line */
function undecided({ decision, rule, reason, violations }) {
  return {
    decision: UNDECIDED[decision] ?? decision,
    rule,
    reason,
    message: messagesOf(violations),
  };
}

/**
 * What the object says, which counts, in the words of the log, which are shorter; undefined if it is undecided.
 * @param {any} csr
 * @param {LogLine} decided
 * @param {LogLine} end
 */
function statusOf(csr, { rule, violations }, end) {
  const { conditions = [], certificate = '' } = csr.status;
  const last = conditions.find((/** @type {any} */ { type }) => type === 'Failed') ?? conditions[0];
  if (last === undefined) return undefined;
  const { type, reason, message } = last;
  if (type === 'Denied') {
    return { decision: 'denied', rule, reason, message: messagesOf(violations) };
  }
  if (type === 'Failed') {
    return { decision: 'failed', rule: undefined, reason, message: `the signer: ${end['detail']}` };
  }
  const pem = Buffer.from(certificate, 'base64').toString('utf8');
  const decision = pem === '' ? 'approved' : 'issued';
  return { decision, rule: /^rule ([^,]+)/.exec(message)?.[1], reason, message, certificate: pem };
}

/** @param {{ message: string }[]} violations */
const messagesOf = (violations) => violations.map(({ message }) => message).join('; ');

/**
 * What the Event says that puts a request before people; it is written after the line in the log.
 * @param {any} csr
 * @param {Stage['client']} client
 */
async function eventAbout({ metadata: { name, uid } }, client) {
  for (let poll = 0; poll < EVENT_POLLS; poll += 1) {
    const { body } = await client.call('GET', EVENTS);
    const event = body.items.find((/** @type {any} */ { regarding }) => regarding?.uid === uid);
    if (event !== undefined) {
      return { reason: event.reason, message: `Event written: ${event.note}` };
    }
    await delay(EVENT_POLL_MS);
  }
  throw new Error(`no Event about ${name}`);
}
