// SPDX-License-Identifier: Apache-2.0
// The shape that a kubelet's certificate must have, as kube-controller-manager checks it (SHP-1 and SHP-2).

import type { SignerName } from '../../vocabulary/brands.js';
import type { ReasonCode } from '../../vocabulary/reasons.js';
import { quoted, quotedList } from '../../vocabulary/printable.js';
import type { CsrObject } from '../../request/csr-object.js';
import type { RequestFacts, SubjectAltName } from '../../request/facts.js';
import {
  contractViolations,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
  wellKnownUsages,
} from '../../request/well-known-signers.js';
import { type Check, type CheckSource, passed, violated } from '../check.js';

/** What one clause of the contract wants, and the value that it looks at. */
interface Clause {
  readonly code: ReasonCode;
  readonly want: string;
  readonly source: CheckSource;
  readonly saw: (facts: RequestFacts, csr: CsrObject) => string;
}

const shownNames =
  (...kinds: readonly SubjectAltName['kind'][]): Clause['saw'] =>
  ({ sans }) =>
    quotedList(sans.filter(({ kind }) => kinds.includes(kind)).map(({ value }) => value));

const organization: Clause = {
  code: 'KubeletOrganization',
  want: 'exactly "system:nodes"',
  source: 'request',
  saw: ({ organizations }) => quotedList(organizations),
};

const commonName: Clause = {
  code: 'KubeletCommonName',
  want: 'a common name that begins with "system:node:"',
  source: 'request',
  saw: (facts) => (facts.commonName === undefined ? 'nothing' : quoted(facts.commonName)),
};

const someName: Clause = {
  code: 'KubeletNamesMissing',
  want: 'a DNS name or an IP address',
  source: 'request',
  saw: shownNames('dns', 'ip'),
};

const without = (code: ReasonCode, kind: SubjectAltName['kind'], noun: string): Clause => ({
  code,
  want: `no ${noun}`,
  source: 'request',
  saw: shownNames(kind),
});

const noDnsName = without('KubeletDnsName', 'dns', 'DNS name');
const noEmail = without('KubeletEmail', 'email', 'e-mail address');
const noAddress = without('KubeletAddress', 'ip', 'IP address');
const noUri = without('KubeletUri', 'uri', 'URI');

function exactUsages(signerName: SignerName): Clause {
  const { required = [], optional = [] } = wellKnownUsages[signerName] ?? {};
  return {
    code: 'KubeletUsages',
    want: `${required.join(', ')} (optional: ${optional.join(', ')})`,
    source: 'spec',
    saw: (_, { usages }) => quotedList(usages),
  };
}

const kubeletContract = (clauses: readonly [Clause, ...Clause[]]): Check => {
  const [first, ...others] = clauses;
  return {
    codes: [first.code, ...others.map(({ code }) => code)],
    source: 'request',
    run: ({ csr, facts }) => {
      const found = contractViolations(csr.signerName, facts, csr.usages);
      return clauses.map(({ code, want, source, saw }) => {
        const looked = { want, saw: saw(facts, csr), source };
        const broken = found.find((each) => each.code === code);
        return broken === undefined ? passed(code, looked) : violated(code, looked, broken.detail);
      });
    },
  };
};

/** Subject, names and usages are exactly those of a kubelet's client certificate. */
export const kubeletClientContract = kubeletContract([
  organization,
  noDnsName,
  noEmail,
  noAddress,
  noUri,
  commonName,
  exactUsages(KUBELET_CLIENT_SIGNER),
]);

/** Subject, kinds of names and usages are exactly those of a kubelet's serving certificate. */
export const kubeletServingContract = kubeletContract([
  organization,
  someName,
  noEmail,
  noUri,
  exactUsages(KUBELET_SERVING_SIGNER),
  commonName,
]);
