// The cases of Kubernetes' own test tables about approval, as data (kinds validate-client, recognize, approve-flow, is-approved).
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { CsrCondition } from '../../../src/request/csr-object.js';
import type { SubjectAltName } from '../../../src/request/facts.js';
import { isApproved } from '../../../src/request/state.js';
import { contractViolations } from '../../../src/request/well-known-signers.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import {
  decideFully,
  KUBELET_SIGNER,
  makeCsr,
  makeFacts,
  makeKubeletCase,
  makeKubeletRule,
  makePolicy,
  no,
  yes,
} from '../../support/decide.js';

interface Input {
  readonly signerName?: string;
  readonly username?: string;
  readonly commonName?: string;
  readonly organization?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly uris?: readonly string[];
  readonly emailAddresses?: readonly string[];
  readonly usages?: readonly string[];
  readonly conditionTypes?: readonly string[];
  readonly rbacGrants?: readonly { readonly subresource: string }[];
  readonly recognizers?: readonly { readonly recognized: boolean }[];
}

interface UpstreamCase {
  readonly id: string;
  readonly kind: string;
  readonly input: Input;
  readonly expect: {
    readonly valid?: boolean;
    readonly firstError?: string;
    readonly nodeclient?: boolean;
    readonly selfnodeclient?: boolean;
    readonly approved?: boolean;
    readonly apiCalls?: readonly unknown[];
  };
}

const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/upstream-cases.json', import.meta.url), 'utf8'),
) as readonly UpstreamCase[];

const ofKind = (kind: string) =>
  cases.filter((each) => each.kind === kind).map((each) => [each.id, each] as const);

/** The texts of kube-controller-manager and the codes that say the same. */
const codeOf: Readonly<Record<string, ReasonCode>> = {
  'subject organization is not system:nodes': 'KubeletOrganization',
  'DNS subjectAltNames are not allowed': 'KubeletDnsName',
  'Email subjectAltNames are not allowed': 'KubeletEmail',
  'IP subjectAltNames are not allowed': 'KubeletAddress',
  'URI subjectAltNames are not allowed': 'KubeletUri',
  'subject common name does not begin with system:node:': 'KubeletCommonName',
  'usages did not match [client auth digital signature key encipherment]': 'KubeletUsages',
};

const kinds = ['dns', 'ip', 'uri', 'email'] as const;

function factsOf({ commonName, organization, dnsNames, ipAddresses, uris, emailAddresses }: Input) {
  const sans = [dnsNames, ipAddresses, uris, emailAddresses].flatMap((values, index) =>
    (values ?? []).map((value): SubjectAltName => ({ kind: kinds[index] ?? 'dns', value })),
  );
  return { commonName, organizations: organization ?? [], sans };
}

describe('validate-client', () => {
  it.each(ofKind('validate-client'))('%s', (_, { input, expect: wanted }) => {
    const [first] = contractViolations(
      KUBELET_SIGNER,
      makeFacts(factsOf(input)),
      input.usages ?? [],
    );

    expect(first?.code).toBe(wanted.valid ? undefined : codeOf[wanted.firstError ?? '']);
    expect(wanted.valid === true || first !== undefined).toBe(true);
  });

  it('has cases', () => expect(ofKind('validate-client').length).toBeGreaterThanOrEqual(7));
});

describe('recognize', () => {
  const approvedWith = (input: Input, grants: { nodeclient: boolean; selfnodeclient: boolean }) =>
    decideFully(
      makeKubeletCase({
        csr: {
          ...(input.signerName === undefined ? {} : { signerName: input.signerName }),
          ...(input.usages === undefined ? {} : { usages: input.usages }),
          requester: { username: input.username ?? '', uid: '', groups: [], extra: {} },
        },
        facts: factsOf(input),
      }),
      makePolicy([makeKubeletRule()]),
      {
        nodeclient: grants.nodeclient ? yes : no,
        selfnodeclient: grants.selfnodeclient ? yes : no,
      },
    ).decision.outcome.kind === 'approve';

  it.each(ofKind('recognize'))('%s', (_, { input, expect: wanted }) => {
    const byNode = approvedWith(input, { nodeclient: true, selfnodeclient: false });
    const bySelf = approvedWith(input, { nodeclient: false, selfnodeclient: true });

    expect({ nodeclient: byNode, selfnodeclient: bySelf }).toEqual({
      nodeclient: wanted.nodeclient,
      selfnodeclient: wanted.selfnodeclient,
    });
  });

  it('has cases', () => expect(ofKind('recognize').length).toBeGreaterThanOrEqual(11));
});

describe('approve-flow', () => {
  it.each(ofKind('approve-flow'))('%s', (_, { input, expect: wanted }) => {
    const granted = (subresource: string) =>
      input.rbacGrants?.some((grant) => grant.subresource === subresource) ? yes : no;
    const recognized =
      input.recognizers === undefined || input.recognizers.some((each) => each.recognized);
    const subject = makeKubeletCase({
      csr: {
        signerName: recognized ? KUBELET_SIGNER : 'example.com/unrecognised',
        ...(input.usages === undefined ? {} : { usages: input.usages }),
        requester: { username: input.username ?? '', uid: '', groups: [], extra: {} },
      },
      facts: factsOf(input),
    });

    const { decision, asked } = decideFully(subject, makePolicy([makeKubeletRule()]), {
      nodeclient: granted('nodeclient'),
      selfnodeclient: granted('selfnodeclient'),
    });

    expect(decision.outcome.kind === 'approve').toBe(wanted.approved ?? false);
    expect(asked.length === 0).toBe(wanted.apiCalls?.length === 0);
  });
});

describe('is-approved', () => {
  it.each(ofKind('is-approved'))('%s', (_, { input, expect: wanted }) => {
    const conditions = (input.conditionTypes ?? []).map((type): CsrCondition => ({
      type,
      status: undefined,
      reason: undefined,
      message: undefined,
      lastUpdateTime: undefined,
      raw: { type },
    }));

    expect(isApproved(makeCsr({ conditions }))).toBe(wanted.approved);
  });
});
