import { beforeAll, describe, expect, it } from '@jest/globals';
import { logIssuance } from '../../../src/telemetry/issuance-line.js';
import { createLog } from '../../../src/telemetry/log.js';
import type { CsrCondition } from '../../../src/request/csr-object.js';
import type { SigningAuthority } from '../../../src/signer/signing-authority.js';
import { LogReader } from '../../support/log-reader.js';
import { approvedRequest, recordingSigner } from '../../support/signer.js';
import { makeAuthority } from '../../support/signing.js';

let authority: SigningAuthority;
beforeAll(async () => {
  authority = await makeAuthority();
});

/** The line that the signer leaves of a request with this approval. */
async function lineOf(
  approval: Partial<CsrCondition>,
  change: Parameters<typeof approvedRequest>[0] = {},
) {
  const approved: CsrCondition = {
    type: 'Approved',
    status: 'True',
    reason: undefined,
    message: undefined,
    lastUpdateTime: undefined,
    raw: {},
    ...approval,
  };
  const csr = approvedRequest({ conditions: [approved], ...change });
  const { seen, look } = recordingSigner({ authority, csr });
  await look();
  const reader = new LogReader();
  const log = createLog('info', { write: (line) => reader.add(line) });
  for (const issuance of seen.told) logIssuance(log, issuance);
  const [line = {}] = reader.lines();
  return line as Readonly<Record<string, unknown>>;
}

const OURS = { reason: 'PolicyApproved', message: 'rule developers, policy 3f9c1a2b' };

describe('the line of a certificate', () => {
  it('has the rule and the policy that the approval names, as claims', async () => {
    expect(await lineOf(OURS)).toMatchObject({
      issuance: 'published',
      approvedReason: 'PolicyApproved',
      claimedRule: 'developers',
      claimedPolicyHash: '3f9c1a2b',
    });
  });

  it('has them also when the request fails', async () => {
    expect(await lineOf(OURS, { usages: ['code signing'] })).toMatchObject({
      issuance: 'failed',
      claimedRule: 'developers',
      claimedPolicyHash: '3f9c1a2b',
    });
  });

  it('has the policy of the signer beside the one that is claimed', async () => {
    const line = await lineOf({ ...OURS, message: 'rule developers, policy 00000000' });

    expect(line).toMatchObject({ policyHash: '3f9c1a2b', claimedPolicyHash: '00000000' });
  });

  const others: Readonly<Record<string, Partial<CsrCondition>>> = {
    'of a person': {
      reason: 'KubectlApprove',
      message: 'This CSR was approved by kubectl certificate approve.',
    },
    'of kube-controller-manager': {
      reason: 'AutoApproved',
      message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    },
    'whose text only looks like ours': {
      reason: 'PolicyApproved',
      message: 'rule developers, policy 3f9c1a2b, and more',
    },
    'without a text': { reason: 'PolicyApproved', message: undefined },
  };

  it.each(Object.entries(others))('claims nothing for an approval %s', async (_, approval) => {
    const line = await lineOf(approval);

    expect(line['approvedReason']).toBe(approval.reason);
    expect(line).not.toHaveProperty('claimedRule');
    expect(line).not.toHaveProperty('claimedPolicyHash');
  });

  it('escapes the reason, which whoever approved chose', async () => {
    const line = await lineOf({ reason: 'Ok\n\u202eno' });

    expect(line['approvedReason']).toBe('Ok\\u{a}\\u{202e}no');
  });
});
