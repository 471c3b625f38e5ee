// SPDX-License-Identifier: Apache-2.0
// One right: what it is, and the words by which several say why they need it.

import type { SignerEntry } from '../authority/signer-entry.js';
import type { Rule } from '../decide/rule.js';

/** One verb on one kind of thing, as RBAC and access reviews speak of it. */
export interface Right {
  readonly verb: string;
  /** Empty for the core group. */
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource?: string;
  /** One object; every object where it is left out. */
  readonly name?: string;
  /** Every namespace, or none, where it is left out. */
  readonly namespace?: string;
  /** For people. */
  readonly why: string;
}

/** An object with a namespace. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

export const CERTIFICATES = 'certificates.k8s.io';
export const REQUESTS = 'certificatesigningrequests';

/** Objects without a namespace have their Events in this one, and the API server its addresses. */
export const DEFAULT_NAMESPACE = 'default';

/** The same right with several verbs. */
export const withVerbs = (verbs: readonly string[], right: Omit<Right, 'verb'>): readonly Right[] =>
  verbs.map((verb) => ({ verb, ...right }));

/** `rule a`, `signer example.com/mesh`. */
export const ruleNamed = ({ name }: Rule): string => `rule ${name}`;
export const signerNamed = ({ signerName }: SignerEntry): string => `signer ${signerName}`;
