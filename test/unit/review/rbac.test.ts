// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { broadestOf, dangerousRights } from '../../../src/review/excess-rights.js';
import { rbacObjects } from '../../../src/review/rbac.js';
import { rightLines, rightText } from '../../../src/review/right-text.js';
import type { Right } from '../../../src/review/right.js';

const grantee = {
  name: 'csr',
  serviceAccount: { namespace: 'infra', name: 'csr-account' },
};

const signer = (verb: string, name: string): Right => ({
  verb,
  apiGroup: 'certificates.k8s.io',
  resource: 'signers',
  name,
  why: 'a rule',
});
const requests = (verb: string, more: Partial<Right> = {}): Right => ({
  verb,
  apiGroup: 'certificates.k8s.io',
  resource: 'certificatesigningrequests',
  why: 'the requests',
  ...more,
});
const events = (namespace: string): Right => ({
  verb: 'create',
  apiGroup: 'events.k8s.io',
  resource: 'events',
  namespace,
  why: `people in ${namespace}`,
});

const rulesOf = (...rights: readonly Right[]) => rbacObjects(rights, grantee)[0]?.rules;

describe('rights become rules', () => {
  it('with the verbs of one thing together', () => {
    expect(rulesOf(requests('list'), requests('watch'))).toEqual([
      {
        apiGroups: ['certificates.k8s.io'],
        resources: ['certificatesigningrequests'],
        verbs: ['list', 'watch'],
      },
    ]);
  });

  it('with the names of one verb together', () => {
    expect(rulesOf(signer('approve', 'a.io/x'), signer('approve', 'a.io/y'))).toEqual([
      {
        apiGroups: ['certificates.k8s.io'],
        resources: ['signers'],
        resourceNames: ['a.io/x', 'a.io/y'],
        verbs: ['approve'],
      },
    ]);
  });

  it('that give no verb to a name that has not got it', () => {
    const rules = rulesOf(
      signer('approve', 'a.io/x'),
      signer('approve', 'a.io/y'),
      signer('sign', 'a.io/x'),
    );

    expect(rules?.map(({ resourceNames, verbs }) => [resourceNames, verbs])).toEqual([
      [['a.io/x', 'a.io/y'], ['approve']],
      [['a.io/x'], ['sign']],
    ]);
  });

  it('that keep subresources and objects with a name apart from everything', () => {
    const rules = rulesOf(
      requests('patch', { subresource: 'approval' }),
      requests('patch', { name: 'one' }),
      requests('patch'),
    );

    expect(rules?.map(({ resources, resourceNames }) => [resources, resourceNames])).toEqual([
      [['certificatesigningrequests/approval'], undefined],
      [['certificatesigningrequests'], ['one']],
      [['certificatesigningrequests'], undefined],
    ]);
  });

  it('each once', () => {
    expect(rulesOf(requests('get'), requests('get'))?.[0]?.verbs).toEqual(['get']);
  });
});

describe('rules stand in', () => {
  it('a ClusterRole for what has no namespace, and a Role for each namespace', () => {
    const objects = rbacObjects([events('infra'), requests('get'), events('default')], grantee);

    expect(objects.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name])).toEqual([
      ['ClusterRole', undefined, 'csr'],
      ['ClusterRoleBinding', undefined, 'csr'],
      ['Role', 'default', 'csr-default'],
      ['RoleBinding', 'default', 'csr-default'],
      ['Role', 'infra', 'csr'],
      ['RoleBinding', 'infra', 'csr'],
    ]);
  });

  it('no role where there is no right', () => {
    expect(rbacObjects([events('infra')], grantee).map(({ kind }) => kind)).toEqual([
      'Role',
      'RoleBinding',
    ]);
  });

  it('roles that are bound to the service account and to nobody else', () => {
    const [role, binding] = rbacObjects([requests('get')], grantee);

    expect(binding?.subjects).toEqual([
      { kind: 'ServiceAccount', namespace: 'infra', name: 'csr-account' },
    ]);
    expect(binding?.roleRef).toEqual({
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: role?.metadata.name,
    });
  });
});

describe('a right in words', () => {
  it('names verb, thing, object and namespace', () => {
    expect(rightText(requests('patch', { subresource: 'status' }))).toBe(
      'patch certificatesigningrequests.certificates.k8s.io/status',
    );
    expect(rightText({ ...events('ns'), apiGroup: '', name: 'x' })).toBe(
      'create events "x" in namespace ns',
    );
  });

  it('shares its line with the other verbs of the same thing for the same reason', () => {
    expect(rightLines([requests('list'), events('ns'), requests('watch')])).toEqual([
      'list, watch certificatesigningrequests.certificates.k8s.io: the requests',
      'create events.events.k8s.io in namespace ns: people in ns',
    ]);
  });
});

describe('rights that nobody needs', () => {
  it('are those on all signers, on Secrets, on deleting requests, and on everything', () => {
    const texts = dangerousRights([]).map(rightText);

    expect(texts).toEqual(
      expect.arrayContaining([
        'approve signers.certificates.k8s.io',
        'sign signers.certificates.k8s.io "kubernetes.io/*"',
        'sign signers.certificates.k8s.io "kubernetes.io/kube-apiserver-client"',
        'delete certificatesigningrequests.certificates.k8s.io',
        'list secrets',
        '* *.*',
      ]),
    );
  });

  it('are not those that the policy needs', () => {
    const needed = signer('approve', 'kubernetes.io/kubelet-serving');

    expect(dangerousRights([needed]).map(rightText)).not.toContain(rightText(needed));
    expect(dangerousRights([]).map(rightText)).toContain(rightText(needed));
  });

  it('are told by the broadest', () => {
    const { name: _, ...all } = signer('sign', '');
    const domain = signer('approve', 'a.io/*');
    const held = [
      signer('sign', 'a.io/x'),
      signer('approve', 'a.io/x'),
      signer('approve', 'b.io/x'),
      domain,
      all,
    ];

    expect(broadestOf(held)).toEqual([signer('approve', 'b.io/x'), domain, all]);
  });
});
