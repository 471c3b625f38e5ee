// SPDX-License-Identifier: Apache-2.0
// How a look of the signer ends: the one write of a certificate or of Failed, or waiting, each told once.

import type { Issuance } from '../authority/issuance.js';
import type { ReconcileResult } from '../controller/run-loop.js';
import type { WriteOutcome } from '../controller/write.js';
import type { CsrObject } from '../request/csr-object.js';
import type { ReasonCode } from '../vocabulary/reasons.js';
import { approvalClaim } from './approval-claim.js';
import { clausesOf, failedCondition, type SigningRefusal, withFailed } from './failed-condition.js';
import type { IssuedCertificate } from './issue.js';
import type { Candidate } from './judge.js';
import type { Newest, SignerPorts, StatusWrite } from './ports.js';
import { Told } from './told.js';
import { hasArrived, type SentCertificate, Unanswered } from './unanswered.js';

/** The ends of a look. */
export interface Outcomes {
  readonly publish: (
    candidate: Candidate,
    certificate: IssuedCertificate,
  ) => Promise<ReconcileResult>;
  readonly refuse: (
    candidate: Candidate,
    refusals: readonly [SigningRefusal, ...SigningRefusal[]],
  ) => Promise<ReconcileResult>;
  readonly wait: (candidate: Candidate, reason: SigningRefusal) => ReconcileResult;
  /** The request is no longer one for the signer: what was not known of it before is known now. */
  readonly settled: (name: string) => Promise<ReconcileResult>;
}

const done: ReconcileResult = { kind: 'done' };
const retry: ReconcileResult = { kind: 'retry' };

/** A CA is repaired by people; its files are looked at again this often, with no back-off that would outlast the repair. */
const LOOK_AT_CA_AGAIN_MS = 30_000;
const CA_CODES: readonly ReasonCode[] = [
  'CaUnreadable',
  'CaUnusable',
  'CaExpired',
  'CaNotYetValid',
  'CaLogsIn',
  'CaOfRequestHeader',
  'ApiServerTrustUnknown',
  'CaConstrained',
  'OutsideNameConstraints',
];

type NotWritten = Exclude<WriteOutcome, { readonly kind: 'written' }>;

/** Makes the ends of looks; it remembers what was told of requests that wait. */
export function createOutcomes(ports: SignerPorts): Outcomes {
  const told = new Told();
  const unanswered = new Unanswered();

  const tell = (
    { csr, policy }: Candidate,
    event: Pick<Issuance, 'outcome'> & Partial<Pick<Issuance, 'code' | 'message' | 'certificate'>>,
  ): void =>
    ports.tell({
      csr,
      code: undefined,
      message: undefined,
      certificate: undefined,
      approval: approvalClaim(csr),
      ...event,
      policyHash: policy.hash,
      durationMs: Math.max(0, ports.nowMs() - csr.createdAtMs),
    });

  const tellOnce = (candidate: Candidate, { code, message }: SigningRefusal): void => {
    if (!told.isNews(candidate.csr, `${code} ${message}`)) return;
    tell(candidate, { outcome: 'waiting', code, message });
  };

  const tellLost = (certificates: readonly SentCertificate[]): void => {
    for (const { candidate, summary } of certificates) {
      const message = 'no answer came, and the object does not have it';
      tell(candidate, {
        outcome: 'lost',
        certificate: summary,
        code: 'CertificateNotPublished',
        message,
      });
    }
  };

  const written = (csr: CsrObject, object: unknown): ReconcileResult => {
    ports.absorb(object, csr.resourceVersion);
    told.forget(csr.name);
    return done;
  };

  return {
    publish: async (candidate, { pem, summary }) => {
      const certificate = Buffer.from(pem).toString('base64');
      const outcome = await ports.writeStatus({ ...lockOf(candidate), certificate });
      if (outcome.kind === 'written') {
        tellLost(unanswered.take(candidate.csr.name));
        tell(candidate, { outcome: 'published', certificate: summary });
        return written(candidate.csr, outcome.object);
      }
      if (isTrouble(outcome)) tellOnce(candidate, whyNotWritten(outcome));
      // A certificate with this serial number exists: it is told, and after a lost answer as what became of it.
      if (outcome.kind === 'failed') unanswered.add({ candidate, certificate, summary });
      else if (outcome.kind !== 'forbidden') {
        tell(candidate, { outcome: 'lost', certificate: summary, ...whyNotWritten(outcome) });
      }
      return afterNoWrite(outcome);
    },
    refuse: async (candidate, refusals) => {
      const { csr, policy } = candidate;
      const condition = failedCondition(csr, refusals, policy.hash);
      const conditions = withFailed(csr, condition);
      const outcome = await ports.writeStatus({ ...lockOf(candidate), conditions });
      if (outcome.kind === 'written') {
        tell(candidate, {
          outcome: 'failed',
          code: refusals[0].code,
          message: clausesOf(refusals),
        });
        return written(csr, outcome.object);
      }
      if (isTrouble(outcome)) tellOnce(candidate, whyNotWritten(outcome));
      return afterNoWrite(outcome);
    },
    wait: (candidate, reason) => {
      tellOnce(candidate, reason);
      return CA_CODES.includes(reason.code)
        ? { kind: 'again', afterMs: LOOK_AT_CA_AGAIN_MS }
        : retry;
    },
    settled: async (name) => {
      told.forget(name);
      if (!unanswered.has(name)) return done;
      const newest = await ports.readNewest(name);
      if (newest.kind === 'unavailable') return retry;
      const [arrived, lost] = sorted(unanswered.take(name), newest);
      for (const { candidate, summary } of arrived) {
        tell(candidate, { outcome: 'published', certificate: summary });
      }
      tellLost(lost);
      return done;
    },
  };
}

function sorted(
  sent: readonly SentCertificate[],
  newest: Exclude<Newest, { readonly kind: 'unavailable' }>,
): readonly [arrived: readonly SentCertificate[], lost: readonly SentCertificate[]] {
  const isThere = (each: SentCertificate): boolean =>
    newest.kind === 'found' && hasArrived(newest.csr, each);
  return [sent.filter(isThere), sent.filter((each) => !isThere(each))];
}

const lockOf = ({ csr }: Candidate): Pick<StatusWrite, 'name' | 'uid' | 'resourceVersion'> => ({
  name: csr.name,
  uid: csr.uid,
  resourceVersion: csr.resourceVersion,
});

const isTrouble = ({ kind }: NotWritten): boolean => kind === 'forbidden' || kind === 'failed';

const UNPUBLISHED = {
  conflict: 'the object had changed',
  gone: 'the object is gone',
  fenced: 'the lease is no longer ours, or there is a pause',
} as const;

function whyNotWritten(outcome: NotWritten): SigningRefusal {
  if (outcome.kind === 'forbidden') {
    return { code: 'StatusWriteForbidden', message: outcome.message };
  }
  if (outcome.kind === 'failed') {
    return { code: 'StatusWriteFailed', message: `${outcome.code}: ${outcome.message}` };
  }
  return { code: 'CertificateNotPublished', message: UNPUBLISHED[outcome.kind] };
}

function afterNoWrite(outcome: NotWritten): ReconcileResult {
  // Fenced: not ours to write now; whoever holds the lease looks at it, and all are looked at when a pause ends.
  if (outcome.kind === 'gone' || outcome.kind === 'fenced') return done;
  if (outcome.kind !== 'failed' || outcome.retryAfterMs === undefined) return retry;
  return { kind: 'again', afterMs: outcome.retryAfterMs };
}
