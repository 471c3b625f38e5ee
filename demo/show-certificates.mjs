// SPDX-License-Identifier: Apache-2.0
// Shows the issued certificates, and has each of them verified by node:crypto and openssl.

import { X509Certificate } from 'node:crypto';
import { faultByOpenssl, faultsByNode, hasOpenssl } from './check-certificate.mjs';
import { say, sayTable } from './terminal.mjs';

/**
 * Prints the table; returns one line for each thing that is wrong.
 * @param {import('./outcomes.mjs').Outcome[]} outcomes
 * @param {import('./stage.mjs').Stage} stage
 */
export function showCertificates(outcomes, { caPemOf, folder }) {
  const isOpensslThere = hasOpenssl();
  const looks = outcomes.flatMap((outcome) => {
    if (outcome.certificate === undefined) return [];
    const { request } = outcome;
    const certificate = new X509Certificate(outcome.certificate);
    const caPem = caPemOf(request.signerName);
    const byNode = faultsByNode(certificate, caPem, outcome);
    const byOpenssl = isOpensslThere
      ? faultByOpenssl(certificate, caPem, { request, folder })
      : undefined;
    return [{ certificate, outcome, byNode, byOpenssl }];
  });
  sayTable(
    [
      { heading: 'SUBJECT AND NAMES', share: 1 },
      { heading: 'VALID (UTC)', width: 19 },
      { heading: 'VERIFIED BY', width: 19 },
    ],
    looks.map(({ certificate, outcome, byNode, byOpenssl }) => ({
      title: outcome.request.name,
      cells: [
        namesIn(certificate, outcome),
        [`   ${minute(certificate.validFrom)}`, `to ${minute(certificate.validTo)}`],
        [
          verdict('node:crypto', byNode),
          ...(isOpensslThere ? [verdict('openssl', byOpenssl)] : []),
        ],
      ],
      notes: [{ mark: 'serial', text: certificate.serialNumber.toLowerCase() }],
    })),
  );
  if (!isOpensslThere) {
    say(
      '   openssl is not installed, so it verified nothing (Debian, Ubuntu: apt install openssl)\n',
    );
  }
  return looks.flatMap(({ certificate, outcome, byNode, byOpenssl }) => {
    const { name, expected } = outcome.request;
    const subject = subjectOf(certificate);
    return [
      ...(byNode === undefined ? [] : [`${name}: node:crypto: ${byNode}`]),
      ...(byOpenssl === undefined ? [] : [`${name}: openssl: ${byOpenssl}`]),
      ...(subject === expected.subject
        ? []
        : [`${name}: subject is "${subject}", expected was "${expected.subject}"`]),
    ];
  });
}

/** @param {X509Certificate} certificate */
function subjectOf({ subject }) {
  return (subject ?? '').split('\n').join(', ');
}

/**
 * With what the request had in its subject and the certificate has not.
 * @param {X509Certificate} certificate
 * @param {import('./outcomes.mjs').Outcome} outcome
 * @returns {import('./terminal.mjs').Paragraph[]}
 */
function namesIn(certificate, { shown: [requested = ''] }) {
  const subject = subjectOf(certificate);
  const kept = subject.split(', ');
  const gone = requested.split(', ').filter((part) => part.includes('=') && !kept.includes(part));
  return [
    subject === '' ? '(no subject)' : subject,
    ...(certificate.subjectAltName === undefined ? [] : [certificate.subjectAltName]),
    ...(gone.length === 0
      ? []
      : [/** @type {const} */ ({ text: `left out: ${gone.join(', ')}`, style: 'yellow' })]),
  ];
}

/**
 * @param {string} who
 * @param {string | undefined} fault
 * @returns {import('./terminal.mjs').Paragraph}
 */
function verdict(who, fault) {
  return fault === undefined
    ? { text: `✓ ${who}`, style: 'green' }
    : { text: `✗ ${who}`, style: 'red' };
}

/** @param {string} date */
function minute(date) {
  return new Date(date).toISOString().replace('T', ' ').slice(0, 16);
}
