// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../../src/decide/rule.js';
import { formatProblem } from '../../../src/policy/problem.js';
import type { SignerName } from '../../../src/vocabulary/brands.js';
import { goodPolicy, loadedFrom, problemsOf, withChange } from './good-policy.js';

const KUBELET_CLIENT = 'kubernetes.io/kube-apiserver-client-kubelet' as SignerName;
const API_CLIENT = 'kubernetes.io/kube-apiserver-client' as SignerName;
const MESH = 'example.com/mesh' as SignerName;

const onlyRule = (text: string, signerName: SignerName): Rule => {
  const [rule, ...others] = loadedFrom(text).policy.rulesFor(signerName);
  if (rule === undefined || others.length > 0) throw new RangeError('not one rule');
  return rule;
};

const sources = (
  matchers: readonly { readonly source: string }[] | undefined,
): readonly string[] | undefined => matchers?.map(({ source }) => source);

describe('a good policy', () => {
  it('is named by the first 8 hex digits of the SHA-256 of its text', () => {
    const loaded = loadedFrom(goodPolicy);

    const hash = createHash('sha256').update(goodPolicy).digest('hex').slice(0, 8);
    expect([loaded.hash, loaded.policy.hash]).toEqual([hash, hash]);
    expect(loaded.parts.map(({ text }) => text)).toEqual([goodPolicy]);
  });

  it('gives the rules of one signer name, sorted by their names whatever their order in the text', () => {
    const rule = (name: string): string =>
      `  ${name}: { match: { signerName: ${API_CLIENT}, requester: anyone } }\n`;
    const head = 'apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nrules:\n';

    const { policy } = loadedFrom(head + rule('b') + rule('c') + rule('a'));

    expect(policy.rulesFor(API_CLIENT).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(policy.rulesFor(MESH)).toEqual([]);
  });

  it('fills in the kubelet-client preset, and the rule narrows it', () => {
    const rule = onlyRule(goodPolicy, KUBELET_CLIENT);

    expect(rule).toMatchObject({
      name: 'kubelet-client',
      mode: 'enforce',
      preset: 'kubelet-client',
      match: { requester: 'anyone' },
      certificateRequesters: 'allow',
      usages: ['client auth', 'digital signature', 'key encipherment'],
      keys: [],
      lifetime: { maxSeconds: undefined },
      onViolation: { permanent: 'leave', transient: { waitMs: 600_000, then: 'leave' } },
    });
    expect(sources(rule.match.nodes)).toEqual(['/(cp|worker)-[0-9]+/', 'edge']);
  });

  it('keeps what a rule without preset says', () => {
    const rule = onlyRule(goodPolicy, API_CLIENT);

    expect(rule).toMatchObject({
      name: 'developers',
      mode: 'review',
      preset: undefined,
      certificateRequesters: 'allow',
      keys: [
        { algorithm: 'ecdsa', minBits: 256, source: 'ecdsa' },
        { algorithm: 'ed25519', minBits: 256, source: 'ed25519' },
        { algorithm: 'rsa', minBits: 3072, source: 'rsa >= 3072' },
      ],
      lifetime: { maxSeconds: 28_800 },
      onViolation: { permanent: 'leave', transient: { waitMs: 300_000, then: 'deny' } },
    });
    expect(sources(rule.subject.commonName)).toEqual(['{requester.username}']);
    expect(sources(rule.subject.organizations)).toEqual(['{requester.groups}', 'qa']);
  });

  it('has usages by the contract of a built-in signer where a rule does not say them', () => {
    const { usages } = onlyRule(goodPolicy, API_CLIENT);

    expect(usages).toEqual(['client auth', 'digital signature', 'key encipherment']);
  });

  it('denies by default, waits ten minutes, and refuses certificate requesters', () => {
    const rule = onlyRule(goodPolicy, MESH);

    expect(rule).toMatchObject({
      certificateRequesters: 'refuse',
      onViolation: { permanent: 'deny', transient: { waitMs: 600_000, then: 'leave' } },
      subject: { commonName: undefined, organizations: undefined },
    });
  });

  it('bounds names by kind, and their number', () => {
    const { sans } = onlyRule(goodPolicy, MESH);

    expect([sans.min, sans.max]).toEqual([1, 3]);
    expect(sans.ip?.map((range) => range.contains('10.0.3.4'))).toEqual([true]);
    expect(sans.ip?.map((range) => range.contains('10.1.0.0'))).toEqual([false]);
  });

  it('allows 100 names where a rule does not count them', () => {
    const { sans } = onlyRule(goodPolicy, API_CLIENT);

    expect([sans.min, sans.max]).toEqual([0, 100]);
  });

  it('gives its mode to rules that do not say one', () => {
    const rule = onlyRule(withChange('mode: enforce', 'mode: shadow'), MESH);

    expect(rule.mode).toBe('shadow');
  });

  it('lists the names, addresses and ranges of the API server', () => {
    const { apiServer } = loadedFrom(goodPolicy).policy;

    expect(apiServer.names).toEqual(['api.corp.example']);
    expect(apiServer.ranges.map(({ source }) => source)).toEqual(['192.0.2.10', 'fd00::/64']);
  });

  it('gives signers with their CA, lifetime and ceiling', () => {
    const signer = loadedFrom(goodPolicy).signers.get(MESH);

    expect(signer).toMatchObject({
      signerName: MESH,
      ca: { certFile: 'mesh/tls.crt', keyFile: 'mesh/tls.key' },
      lifetime: { defaultSeconds: 86_400, maxSeconds: 604_800 },
      allow: { usages: ['client auth', 'digital signature'] },
    });
    expect(sources(signer?.allow?.commonName)).toEqual(['one', 'two']);
  });

  it('tells rules the default lifetime and usages of a signer', () => {
    const { policy } = loadedFrom(goodPolicy);

    expect(policy.signerTerms(MESH)).toEqual({
      defaultLifetimeSeconds: 86_400,
      usages: ['client auth', 'digital signature'],
    });
    expect(policy.signerTerms(API_CLIENT)).toEqual({
      defaultLifetimeSeconds: 86_400,
      usages: ['client auth', 'digital signature', 'key encipherment'],
    });
    expect(policy.signerTerms(KUBELET_CLIENT)).toBeUndefined();
  });

  it('lets a built-in signer be without a ceiling of its own', () => {
    expect(loadedFrom(goodPolicy).signers.get(API_CLIENT)?.allow).toBeUndefined();
  });

  it('lets a built-in signer narrow what it signs, with the usages of its contract', () => {
    const text = withChange('key: a.key } }', 'key: a.key } }\n    allow: { subject: {} }');

    expect(loadedFrom(text).signers.get(API_CLIENT)?.allow).toMatchObject({
      commonName: undefined,
      usages: ['client auth', 'digital signature', 'key encipherment'],
    });
  });

  it('may use anchors and aliases', () => {
    const text = withChange('groups: [dev-team]', 'groups: &teams [dev-team]').replace(
      'organizations: [mesh]',
      'organizations: *teams',
    );

    expect(sources(loadedFrom(text).signers.get(MESH)?.allow?.organizations)).toEqual(['dev-team']);
  });

  it('may have Windows line ends and a byte order mark', () => {
    expect(problemsOf(`\uFEFF${goodPolicy.replaceAll('\n', '\r\n')}`)).toEqual([]);
  });
});

describe('the lifetime of a signer', () => {
  it.each([
    ['is a day by default and a year at most', API_CLIENT, '', 24, 8760],
    ['is the maximum by default for kubelets', KUBELET_CLIENT, '', 8760, 8760],
    ['is never longer than the maximum', API_CLIENT, 'lifetime: { max: 8h }', 8, 8],
    ['can have its own default', KUBELET_CLIENT, 'lifetime: { default: 720h }', 720, 8760],
  ])('%s', (_, signerName, lifetime, defaultHours, maxHours) => {
    const text = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
signers:
  ${signerName}:
    ca: { files: { cert: a, key: b } }
    ${lifetime}
`;

    expect(loadedFrom(text).signers.get(signerName)?.lifetime).toEqual({
      defaultSeconds: defaultHours * 3600,
      maxSeconds: maxHours * 3600,
    });
  });
});

describe('problems', () => {
  it('are all told at once, in the order of the text', () => {
    const text = withChange('max: 8h', 'max: 8 hours')
      .replace('mode: enforce', 'mode: enforced')
      .replace('min: 1', 'minimum: 1')
      .replace('    usages: [client auth, digital signature]\nsigners', 'signers');

    expect(problemsOf(text).map(formatProblem)).toEqual([
      'policy.yaml:3:7: mode: expected one of enforce, shadow, review, found "enforced"',
      'policy.yaml:23:12: rules.developers.lifetime.max: "8 hours" is not a duration; write for example 8h, 90d or 1h30m',
      'policy.yaml:27:3: rules.workloads.usages: is missing: only the built-in signers of Kubernetes have usages by default',
      'policy.yaml:36:7: rules.workloads.sans.minimum: there is no such field here (known: dns, ip, uri, email, owner, shared, min, max)',
    ]);
  });

  it('are escaped where they show what was written', () => {
    const [problem] = problemsOf(withChange('mode: enforce', String.raw`mode: "\e[31mred"`));

    expect(problem?.message).toBe(
      String.raw`expected one of enforce, shadow, review, found "\u{1b}[31mred"`,
    );
  });
});
