// SPDX-License-Identifier: Apache-2.0
// Sends one request as its requester and waits until it is settled: what came of it, and who said so.

import { requestOf, shownContents } from './make-request.mjs';

const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/**
 * @typedef {object} Outcome
 * @property {import('./requests.mjs').DemoRequest} request
 * @property {string[]} shown what was asked for
 * @property {string} pem
 * @property {import('node:crypto').KeyObject} [key] the private key, where the demo made it
 * @property {string} by
 * @property {string} decision
 * @property {string | undefined} rule
 * @property {string} reason
 * @property {string} message
 * @property {string | undefined} certificate PEM
 */

/**
 * @param {import('./requests.mjs').DemoRequest} request
 * @param {import('./stage.mjs').Stage} stage
 * @returns {Promise<Outcome>}
 */
export async function outcomeOf(request, stage) {
  const { pem, key } = await requestOf(request);
  const common = { request, shown: shownContents(pem), pem, key };
  const { status, body } = await stage.client.call('POST', CSRS, {
    as: request.requester,
    body: objectOf(request, pem),
  });
  const settled = status === 201 ? await settle(request, stage) : refused(status, body);
  return { certificate: undefined, ...common, ...settled };
}

/**
 * @param {import('./requests.mjs').DemoRequest} request
 * @param {string} pem
 */
function objectOf({ name, signerName, usages, expirationSeconds }, pem) {
  return {
    metadata: { name },
    spec: { request: Buffer.from(pem).toString('base64'), signerName, usages, expirationSeconds },
  };
}

/**
 * @param {number} status
 * @param {{ reason?: string, message?: string }} body
 */
function refused(status, { reason = '', message = '' }) {
  // The API server repeats the whole request.
  const text = message
    .replace(/"[A-Za-z0-9+/=]{40,}"/, '(the bytes)')
    .replace(/^.* is invalid: /, '');
  return { ...API_SERVER, reason: `${status} ${reason}`, message: text };
}

const API_SERVER = { by: 'API server', decision: 'refused', rule: undefined };

/**
 * @param {import('./requests.mjs').DemoRequest} request
 * @param {import('./stage.mjs').Stage} stage
 */
async function settle({ name, isApprovedByHand }, { client, controller }) {
  const decided = await controller.seen(
    `the decision about ${name}`,
    ({ csr, decision }) => csr === name && decision !== undefined && decision !== 'wait',
  );
  if (isApprovedByHand) await approveByHand(name, client);
  const isToBeSigned = isApprovedByHand || decided['decision'] === 'approve';
  const end = !isToBeSigned
    ? decided
    : await controller.seen(
        `the certificate of ${name}`,
        ({ csr, issuance }) => csr === name && (issuance === 'published' || issuance === 'failed'),
      );
  const { body } = await client.call('GET', `${CSRS}/${name}`);
  return { by: 'controller', ...statusOf(body, decided, end) };
}

/**
 * What the object says, which counts, in the words of the log, which are shorter.
 * @param {any} csr
 * @param {import('./controller.mjs').LogLine} decided
 * @param {import('./controller.mjs').LogLine} end
 */
function statusOf(csr, { rule, reason, violations }, end) {
  const { conditions = [], certificate = '' } = csr.status;
  const last = conditions.find((/** @type {any} */ { type }) => type === 'Failed') ?? conditions[0];
  if (last === undefined) return { decision: 'left alone', rule, reason, message: '' };
  const decision = last.type.toLowerCase();
  const told = { reason: last.reason, message: last.message };
  if (decision === 'denied') {
    const messages = violations.map((/** @type {any} */ { message }) => message);
    return { ...told, decision, rule, message: messages.join('; ') };
  }
  if (decision === 'failed') {
    return { ...told, decision, rule: undefined, message: `the signer: ${end['detail']}` };
  }
  const pem = Buffer.from(certificate, 'base64').toString('utf8');
  return { ...told, decision: pem === '' ? decision : 'issued', rule, certificate: pem };
}

/**
 * @param {string} name
 * @param {import('./stage.mjs').Stage['client']} client
 */
async function approveByHand(name, client) {
  const condition = {
    type: 'Approved',
    status: 'True',
    reason: 'KubectlApprove',
    message: 'by hand',
  };
  const body = { status: { conditions: [condition] } };
  const { status, body: answer } = await client.call('PATCH', `${CSRS}/${name}/approval`, { body });
  if (status !== 200) throw new Error(`approval of ${name}: ${status} ${answer.message}`);
}
