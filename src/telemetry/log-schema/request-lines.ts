// SPDX-License-Identifier: Apache-2.0
// The lines about requests: what was decided, what was issued, what could not be written.

import {
  MAX_ATTRIBUTE_CHARACTERS,
  MAX_LOGGED_GROUPS,
  MAX_LOGGED_SHADOW_RULES,
  MAX_LOGGED_VIOLATIONS,
  MAX_SUBJECT_ALT_NAMES,
  MAX_SUBJECT_ATTRIBUTES,
} from '../../vocabulary/limits.js';
import { list, maybe, plain, record, text, word } from '../log-field.js';
import type { Chapter } from './chapter.js';
import { detail, hash, name, policyHash, rule, sentence } from './common-fields.js';

const OUTCOMES = ['approve', 'review', 'wait', 'deny', 'leave'] as const;

/** By these every line about a request can be found. */
const request = {
  csr: name('name of the CertificateSigningRequest'),
  uid: name('its uid: unlike the name it is never used again, so lines are joined by it'),
  signerName: name('whom it asks'),
  requester: name('who asks, as the API server authenticated them'),
  groups: list(MAX_LOGGED_GROUPS, text(256, ''), 'groups of the requester'),
} as const;

/** The names that a certificate would have, or has. Reading bounds them, so nothing is left out of what is issued. */
const names = {
  commonName: maybe(name('the user, to Kubernetes')),
  organizations: maybe(
    list(MAX_SUBJECT_ATTRIBUTES, text(MAX_ATTRIBUTE_CHARACTERS, ''), 'the groups, to Kubernetes'),
  ),
  sans: maybe(
    list(
      MAX_SUBJECT_ALT_NAMES,
      text(MAX_ATTRIBUTE_CHARACTERS + 6, ''),
      'subject alternative names: `dns:a.example`, `ip:10.0.0.1`, `uri:…`, `email:…`',
    ),
  ),
  spkiSha256: maybe(hash('SHA-256 of the public key')),
} as const;

const durationMs = plain(
  'count',
  'milliseconds since the creation of the object, which Kubernetes keeps in whole seconds',
);

/** Those chapters. */
export const requestLines = {
  decisions: {
    when: 'Exactly one for each decision: for an approval and a denial after it was written to the object; for a request that waits, is left or awaits review once, and again only when that changes.',
    messages: { 'certificate request decided': ['info'] },
    fields: {
      ...request,
      decision: word(OUTCOMES, 'what was decided'),
      rule: maybe(rule('the rule that decided; absent when none matched')),
      reason: plain('code', 'why, in one word'),
      violations: list(
        MAX_LOGGED_VIOLATIONS,
        record(
          { code: plain('code', 'what was wrong'), message: maybe(sentence('in words')) },
          'one of them',
        ),
        'everything that was wrong',
      ),
      until: maybe(plain('time', 'for `wait`: when waiting ends')),
      shadow: list(
        MAX_LOGGED_SHADOW_RULES,
        record(
          {
            rule: rule('the rule'),
            decision: word(OUTCOMES, 'what it would have decided'),
            violations: list(MAX_LOGGED_VIOLATIONS, plain('code', 'one of them'), 'why'),
          },
          'one of them',
        ),
        'matching rules in mode `shadow`',
      ),
      ...names,
      usages: list(32, text(64, ''), '`spec.usages`'),
      expirationSeconds: maybe(plain('count', '`spec.expirationSeconds`')),
      credentialId: maybe(
        name(
          'with which credential the requester logged in, where the API server tells (≥ 1.32): `X509SHA256=…` for a certificate, `JTI=…` for a token',
        ),
      ),
      policyHash,
      durationMs,
    },
  },
  issuances: {
    when: 'Exactly one for each certificate that was signed, and for each request that failed; a reason to wait is told once. After a write whose answer was lost, `issued` or `not published` comes when the server says which.',
    messages: {
      'certificate issued': ['info'],
      'certificate request failed': ['info'],
      'certificate signed and not published': ['warn'],
      'certificate waits to be signed': ['warn'],
    },
    fields: {
      ...request,
      issuance: word(
        ['published', 'failed', 'lost', 'waiting'],
        'the same as the message: `lost` is a certificate that was signed and that the object does not have',
      ),
      reason: maybe(plain('code', 'why, unless published')),
      detail: maybe(sentence('why, in words')),
      approvedReason: maybe(
        name(
          'reason of the condition Approved: `PolicyApproved` for ours, `KubectlApprove` for `kubectl certificate approve`; anybody who may approve can write anything',
        ),
      ),
      claimedRule: maybe(
        rule(
          'a **claim** of whoever approved: the rule that the text of that condition names, if it has the form that this program writes',
        ),
      ),
      claimedPolicyHash: maybe(hash('a **claim**, too: the policy of that rule')),
      serial: maybe(hash('serial number, without leading zeros')),
      subject: maybe(text(8192, 'the whole subject, for people: `O=dev, CN=jane`')),
      ...names,
      notBefore: maybe(plain('time', 'from when')),
      notAfter: maybe(plain('time', 'until when')),
      certificateSha256: maybe(
        hash(
          'SHA-256 of the certificate: whoever logs in with it has `X509SHA256=` and this as `credentialId`, also in the audit log of the API server',
        ),
      ),
      caKeyId: maybe(hash('subject key identifier of the CA that signed')),
      policyHash,
      durationMs,
    },
  },
  shadow: {
    when: 'One for each rule in mode `shadow` and each request that it judged, once anybody has decided the request. To leave alone what somebody denied counts as agreement, since neither gives a certificate. Requests that were decided before the controller looked at them are not counted.',
    messages: {
      'shadow rule agrees': ['info'],
      'shadow rule disagrees': ['warn'],
      'shadow rule would not have decided yet': ['info'],
    },
    fields: {
      ...request,
      rule: rule('the rule'),
      would: word(OUTCOMES, 'what it would have decided at its last look'),
      decided: word(['approve', 'deny'], 'what somebody decided'),
      reason: name(
        'reason of the condition: `PolicyApproved` for an enforced rule of the same policy, `KubectlApprove` for a person, …',
      ),
      agrees: plain(
        'count',
        'how often so far, this one included, since the controller started or this policy came into force',
      ),
      disagrees: plain('count', 'the same'),
      undecided: plain('count', 'the same'),
      policyHash,
    },
  },
  otherApprovers: {
    when: 'One for each request that an enforced rule judged and another approver decided.',
    messages: {
      'another approver agrees': ['info'],
      'another approver disagrees': ['warn'],
      'another approver decided what was still open': ['info'],
    },
    fields: {
      ...request,
      rule: rule('the rule'),
      judged: word(OUTCOMES, 'what it made of the request at its last look'),
      decided: word(['approve', 'deny'], 'what the other approver decided'),
      reason: name('reason of the condition, chosen by the other approver'),
      policyHash,
    },
  },
  unwritten: {
    when: 'A write to the API server that did not happen. A decision is tried again. An Event is not, and what it says stands in the line of the decision or certificate; that about a request is told once, until one can be written again.',
    messages: {
      'decision not written': ['warn'],
      'the Event about a request could not be written': ['warn'],
      'the Event about a review could not be written': ['warn'],
      'the Events about a shared address could not be written': ['warn'],
    },
    fields: {
      ...request,
      outcome: maybe(
        word(
          ['conflict', 'gone', 'fenced', 'forbidden', 'failed', 'written'],
          'what the write came to',
        ),
      ),
      detail: maybe(detail),
    },
  },
  leftOut: {
    when: 'More Events about requests were to be written than the API server is asked to take: 50 at once and 10 a second.',
    messages: { 'Events left out': ['warn'] },
    fields: { leftOut: plain('count', 'how many, since it was told last') },
  },
  unreadable: {
    when: 'An object of the API server is not one that this program knows, and is left alone.',
    messages: { 'certificate request not readable': ['warn'] },
    fields: { reason: plain('code', 'why'), at: name('where in the object') },
  },
} as const satisfies Record<string, Chapter>;
