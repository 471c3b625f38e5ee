// SPDX-License-Identifier: Apache-2.0
// csr-approver replay over an exported list: from the file to the answer.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readCsrList } from '../../../src/cli/csr-list.js';
import { offlineResolver } from '../../../src/evidence/files.js';
import { forThePast, withoutAssumptions } from '../../../src/evidence/past.js';
import { loadPolicy } from '../../../src/policy/load-policy.js';
import { readRequest } from '../../../src/request/read-request.js';
import { replay } from '../../../src/review/replay.js';
import { makeCsr as makePem } from '../../support/control-plane-requests.js';
import { makeCsr, NOW_MS } from '../../support/decide.js';
import type { Section } from '../row.js';

const REQUESTS = 10_000;
const KEYS = 64;
const GOAL_SECONDS = 15;

const policyText = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  developers:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['oidc:dev-team'] }
    subject: { commonName: '{requester.username}', organizations: [dev] }
    lifetime: { max: 8h }
`;

export async function measureReplaying(): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-replay-'));
  try {
    const list = { apiVersion: 'v1', items: await items(), kind: 'List' };
    const texts = {
      JSON: JSON.stringify(list, undefined, 4),
      YAML: stringify(list, { indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false }),
    };
    const rows = [];
    for (const [form, text] of Object.entries(texts)) {
      const path = join(folder, form);
      await writeFile(path, text);
      const seconds = await secondsOf(path);
      rows.push({
        what: `replay of ${REQUESTS} requests, exported as ${form}`,
        figure: `${seconds.toFixed(1)} s`,
        goal: { text: `< ${GOAL_SECONDS} s`, isMet: seconds < GOAL_SECONDS },
      });
    }
    return {
      title: 'Replaying',
      how: `${REQUESTS} approved requests of users (P-256, ${KEYS} different ones), each read strictly by both readers and put to one policy, once; from the file to the answer.`,
      rows,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function items(): Promise<readonly object[]> {
  const pems = await Promise.all(
    Array.from({ length: KEYS }, async (_, index) =>
      Buffer.from(await makePem({ cn: `user-${index}`, o: ['dev'] })).toString('base64'),
    ),
  );
  const { signerName, usages, expirationSeconds, requester } = makeCsr();
  return Array.from({ length: REQUESTS }, (_, index) => ({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: `request-${index}`, creationTimestamp: '2026-11-20T10:00:00Z' },
    spec: {
      request: pems[index % KEYS],
      signerName,
      usages,
      expirationSeconds,
      username: `user-${index % KEYS}`,
      groups: requester.groups,
    },
    status: {
      // As long as a certificate is; it is not looked at.
      certificate: pems[index % KEYS],
      conditions: [{ type: 'Approved', status: 'True', reason: 'AutoApproved', message: '' }],
    },
  }));
}

async function secondsOf(path: string): Promise<number> {
  const loaded = loadPolicy(policyText, 'bench');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const resolve = withoutAssumptions(
    offlineResolver({ objects: [], access: new Map([['everything', false]]) }),
  );
  const begin = performance.now();
  const requests = await readCsrList(path);
  if (!requests.ok) throw new Error(requests.error);
  const answer = await replay(requests.value, {
    candidate: loaded.value.policy,
    against: undefined,
    read: readRequest,
    resolve,
    resolvePast: forThePast(resolve),
    nowMs: NOW_MS,
    onProgress: () => {},
    signal: new AbortController().signal,
  });
  if (answer?.same !== REQUESTS) throw new Error(JSON.stringify(answer?.rows[0]));
  return (performance.now() - begin) / 1000;
}
