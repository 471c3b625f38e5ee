// SPDX-License-Identifier: Apache-2.0
// What the API server lets whom do: access reviews, and the extra rights that approving and signing need.

import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Impersonation } from '../support/api-client.js';
import { CSR_PATH } from '../support/control-plane-requests.js';
import { condition, csrPath, serverUnderTest } from './server-under-test.js';

const { api, server, name, pending } = serverUnderTest();

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const REVIEW = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const SIGNER = 'example.com/guarded';

interface Attributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
}

const rule = (apiGroups: string[], resources: string[], verbs: string[], names?: string[]) => ({
  apiGroups,
  resources,
  verbs,
  ...(names === undefined ? {} : { resourceNames: names }),
});

/** A user of its own with exactly these rules. */
const userWith = async (label: string, rules: readonly object[]): Promise<Impersonation> => {
  const user = name(label);
  await api.create(`${RBAC}/clusterroles`, { metadata: { name: user }, rules });
  await api.create(`${RBAC}/clusterrolebindings`, {
    metadata: { name: user },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
  return { user };
};

/** A new role takes a moment to be seen by the authorizer. */
const untilAllowed = async (user: string, attributes: Attributes): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    if (await isAllowed({ user }, attributes)) return;
  }
  throw new Error(`${user} was never allowed to ${attributes.verb}`);
};

const isAllowed = async (
  who: { user: string; groups?: readonly string[] },
  resourceAttributes: Attributes,
): Promise<boolean | undefined> => {
  const { body } = await api.create(REVIEW, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { ...who, resourceAttributes },
  });
  return body.status.allowed;
};

const CSRS = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests' } as const;
const EVERYTHING = { verb: '*', group: '*', resource: '*' } as const;

describe('a SubjectAccessReview', () => {
  it('answers 201 with status.allowed, and stores nothing', async () => {
    const response = await api.create(REVIEW, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: 'nobody', resourceAttributes: EVERYTHING },
    });

    expect(response.status).toBe(201);
    expect(response.body.status.allowed).toBe(false);
    expect((await api.get(REVIEW)).status).toBe(405);
  });

  it('of every verb on every resource is true for an administrator, by group as well', async () => {
    expect(await isAllowed({ user: 'a', groups: ['system:masters'] }, EVERYTHING)).toBe(true);
  });

  it('of every verb on every resource is false for who may do one thing', async () => {
    const { user } = await userWith('one-thing', [rule([''], ['nodes'], ['get'])]);
    await untilAllowed(user, { verb: 'get', group: '', resource: 'nodes' });

    expect(await isAllowed({ user }, EVERYTHING)).toBe(false);
  });

  it('of every verb on every resource is true through a role of stars', async () => {
    const { user } = await userWith('stars', [rule(['*'], ['*'], ['*'])]);
    await untilAllowed(user, EVERYTHING);

    expect(await isAllowed({ user }, EVERYTHING)).toBe(true);
  });

  it('knows the subresources of kubelet requests: nodeclient and selfnodeclient', async () => {
    const nodeclient = { ...CSRS, verb: 'create', subresource: 'nodeclient' };
    const selfnodeclient = { ...CSRS, verb: 'create', subresource: 'selfnodeclient' };
    const rules = [rule([CSRS.group], [`${CSRS.resource}/nodeclient`], ['create'])];
    const { user } = await userWith('nodeclient', rules);
    await untilAllowed(user, nodeclient);

    const answers = [
      await isAllowed({ user }, nodeclient),
      await isAllowed({ user }, selfnodeclient),
      await isAllowed({ user: 'system:node:a', groups: ['system:nodes'] }, nodeclient),
    ];

    expect(answers).toEqual([true, false, false]);
  });

  it('without a user or a group is invalid', async () => {
    const response = await api.create(REVIEW, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { resourceAttributes: EVERYTHING },
    });

    expect(response.status).toBe(422);
  });

  it('is refused to who may not ask', async () => {
    const response = await api.create(
      REVIEW,
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: 'nobody', resourceAttributes: EVERYTHING },
      },
      { as: { user: 'nobody' } },
    );

    expect(response.status).toBe(403);
    expect(response.failure?.reason).toBe('Forbidden');
  });
});

/** The approval of a new request for that signer. */
const approve = async (label: string, as: Impersonation, signerName: string = SIGNER) => {
  const csr = await pending(label, { signerName });
  const status = { conditions: [condition('Approved')] };
  return api.patch(csrPath(csr, 'approval'), { status }, { as });
};

describe('who may approve and sign', () => {
  const updates = rule(
    [CSRS.group],
    [`${CSRS.resource}/approval`, `${CSRS.resource}/status`],
    ['update', 'patch'],
  );
  const onSigner = (verb: string, signer: string) =>
    rule([CSRS.group], ['signers'], [verb], [signer]);

  let editor: Impersonation;
  let approver: Impersonation;
  let signer: Impersonation;
  let domainApprover: Impersonation;
  let certificate = '';

  beforeAll(async () => {
    editor = await userWith('editor', [updates]);
    approver = await userWith('approver', [updates, onSigner('approve', SIGNER)]);
    signer = await userWith('signer', [updates, onSigner('sign', SIGNER)]);
    domainApprover = await userWith('domain', [updates, onSigner('approve', 'example.com/*')]);
    const signers = { group: CSRS.group, resource: 'signers' };
    await untilAllowed(approver.user, { ...signers, verb: 'approve', name: SIGNER });
    await untilAllowed(signer.user, { ...signers, verb: 'sign', name: SIGNER });
    await untilAllowed(domainApprover.user, { ...signers, verb: 'approve', name: 'example.com/*' });
    await untilAllowed(editor.user, { ...CSRS, verb: 'patch', subresource: 'approval' });
    const { certPem } = await server.requestClientCert('contract');
    certificate = Buffer.from(certPem).toString('base64');
  });

  const sign = async (label: string, as: Impersonation, signerName: string = SIGNER) => {
    const csr = await pending(label, { signerName });
    return api.patch(csrPath(csr, 'status'), { status: { certificate } }, { as });
  };

  it('an approval needs the verb approve on the signer beside the write itself', async () => {
    const refused = await approve('by-editor', editor);
    const accepted = await approve('by-approver', approver);

    expect([refused.status, accepted.status]).toEqual([403, 200]);
    expect(refused.failure?.message).toContain(
      `user not permitted to approve requests with signerName "${SIGNER}"`,
    );
  });

  it('the right holds for the signer that it names only, or for a whole domain', async () => {
    const statuses = [
      (await approve('other-signer', approver, 'example.com/other')).status,
      (await approve('domain', domainApprover, 'example.com/other')).status,
      (await approve('other-domain', domainApprover, 'example.org/other')).status,
    ];

    expect(statuses).toEqual([403, 200, 403]);
  });

  it('a certificate needs the verb sign on the signer; the verb approve is not enough', async () => {
    const refused = await sign('sign-by-approver', approver);
    const accepted = await sign('sign-by-signer', signer);

    expect([refused.status, accepted.status]).toEqual([403, 200]);
    expect(refused.failure?.message).toContain(
      `user not permitted to sign requests with signerName "${SIGNER}"`,
    );
  });

  it('a Failed condition needs the verb sign as well', async () => {
    const csr = await pending('failed-by', { signerName: SIGNER });
    const failed = { status: { conditions: [condition('Failed')] } };

    const refused = await api.patch(csrPath(csr, 'status'), failed, { as: approver });
    const accepted = await api.patch(csrPath(csr, 'status'), failed, { as: signer });

    expect([refused.status, accepted.status]).toEqual([403, 200]);
  });

  it('who has neither right is refused before anything is looked at', async () => {
    const response = await api.get(CSR_PATH, { as: { user: 'nobody' } });

    expect(response.status).toBe(403);
    expect(response.failure?.message).toContain('cannot list resource');
  });
});
