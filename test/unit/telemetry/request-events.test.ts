// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import type { Issuance } from '../../../src/authority/issuance.js';
import { conditionOf } from '../../../src/decide/condition.js';
import { decisionEventText, issuanceEventText } from '../../../src/telemetry/request-events.js';
import { type ReasonCode, reasons } from '../../../src/vocabulary/reasons.js';
import {
  decideFully,
  down,
  makeCase,
  makeCsr,
  makePolicy,
  makeRule,
} from '../../support/decide.js';

const ORIGIN = 'rule developers, policy 3f9c1a2b';
const foreign = makeCase({ facts: { commonName: 'admin' } });

const decisionOf = (subject = makeCase(), rule = makeRule(), answers = {}) =>
  decideFully(subject, makePolicy([rule]), answers).decision;

describe('the Event of a decision', () => {
  it('says of a denial what the condition says', () => {
    const decision = decisionOf(foreign);

    expect(decisionEventText(decision, 'problems')).toEqual({
      type: 'Warning',
      reason: 'CommonNameNotAllowed',
      action: 'Deny',
      message: conditionOf(decision)?.message,
    });
  });

  it('says why a request waits, and what the requester can do', () => {
    const waiting = decisionOf(makeCase(), makeRule(), { everything: down });

    expect(decisionEventText(waiting, 'problems')).toEqual({
      type: 'Normal',
      reason: 'EvidenceUnavailable',
      action: 'Wait',
      message: expect.stringMatching(
        /^not decided yet: .+\. Nothing; the request is looked at again\. \[rule developers, policy 3f9c1a2b\]$/,
      ),
    });
  });

  it('says why a request is left, and what the requester can do', () => {
    const rule = makeRule();
    const onViolation = { ...rule.onViolation, permanent: 'leave' as const };
    const left = decisionOf(foreign, { ...rule, onViolation });

    expect(decisionEventText(left, 'problems')).toEqual({
      type: 'Warning',
      reason: 'CommonNameNotAllowed',
      action: 'Leave',
      message: expect.stringMatching(
        /^not approved: .+\. Use the common name that the message shows as allowed\. \[rule developers, policy 3f9c1a2b\]$/,
      ),
    });
  });

  it('does not grow with what a requester wrote', () => {
    const subject = makeCase({ facts: { organizations: Array(31).fill('🦊'.repeat(200)) } });

    const message = decisionEventText(decisionOf(subject), 'problems')?.message ?? '';

    expect(message.length).toBeLessThanOrEqual(1024);
    expect(message.endsWith(`[${ORIGIN}]`)).toBe(true);
  });

  it('is not written for an approval, which has a condition, unless all are wanted', () => {
    expect(decisionEventText(decisionOf(), 'problems')).toBeUndefined();
    expect(decisionEventText(decisionOf(), 'all')).toEqual({
      type: 'Normal',
      reason: 'PolicyApproved',
      action: 'Approve',
      message: `approved by ${ORIGIN}`,
    });
  });

  it('is never written where no rule speaks of the request', () => {
    const stranger = decisionOf(makeCase(), makeRule({ mode: 'shadow' }));

    expect(stranger.outcome.kind).toBe('leave');
    expect(decisionEventText(stranger, 'all')).toBeUndefined();
  });

  it('is another one where a person is to decide', () => {
    const review = decisionOf(makeCase(), makeRule({ mode: 'review' }));

    expect(review.outcome.kind).toBe('review');
    expect(decisionEventText(review, 'all')).toBeUndefined();
  });
});

const issuance = (outcome: Issuance['outcome'], code?: ReasonCode, message?: string): Issuance => ({
  csr: makeCsr({ signerName: 'example.com/mesh' }),
  outcome,
  code,
  message,
  certificate: {
    serial: 'abc',
    subject: 'CN=jane',
    commonName: 'jane',
    organizations: [],
    sans: [],
    notBeforeMs: 0,
    notAfterMs: Date.UTC(2026, 10, 23),
    spkiSha256: '',
    certificateSha256: '',
    caKeyId: '',
  },
  approval: { reason: '', rule: undefined, policyHash: undefined },
  policyHash: '3f9c1a2b',
  durationMs: 1,
});

describe('the Event of a certificate', () => {
  it('says of a failure what the condition says', () => {
    const text = issuanceEventText(issuance('failed', 'CeilingUsage', 'no such usage'), 'problems');

    expect(text).toEqual({
      type: 'Warning',
      reason: 'CeilingUsage',
      action: 'Fail',
      message:
        'no such usage. This request is final; correct it and create a new one. [signer example.com/mesh, policy 3f9c1a2b]',
    });
  });

  it('says that it waits, and keeps to itself what only the operator should read', () => {
    const { meaning, requester } = reasons.CaUnreadable;
    const waiting = issuance('waiting', 'CaUnreadable', 'open /secret/place: no such file');

    expect(issuanceEventText(waiting, 'problems')).toEqual({
      type: 'Warning',
      reason: 'CaUnreadable',
      action: 'Wait',
      message: `approved and not signed yet. ${meaning} ${requester} [signer example.com/mesh, policy 3f9c1a2b]`,
    });
  });

  it('is not written for a certificate that is there to see, unless all are wanted', () => {
    expect(issuanceEventText(issuance('published'), 'problems')).toBeUndefined();
    expect(issuanceEventText(issuance('published'), 'all')).toEqual({
      type: 'Normal',
      reason: 'Issued',
      action: 'Sign',
      message: 'certificate issued, serial abc, valid until 2026-11-23T00:00:00.000Z',
    });
  });

  it('is not written for a certificate that was lost, since another one follows', () => {
    const lost = issuance('lost', 'CertificateNotPublished', 'the object had changed');

    expect(issuanceEventText(lost, 'all')).toBeUndefined();
  });
});
