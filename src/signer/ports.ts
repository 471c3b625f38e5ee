// SPDX-License-Identifier: Apache-2.0
// What the signer needs from others, in the fewest words; adapters are made where the process is composed.

import type { SignerName } from '../vocabulary/brands.js';
import type { Result } from '../vocabulary/result.js';
import type { Issuance } from '../authority/issuance.js';
import type { SignerEntry } from '../authority/signer-entry.js';
import type { SigningTrouble } from '../authority/trouble.js';
import type { WriteOutcome } from '../controller/write.js';
import type { CompiledPolicy } from '../decide/rule.js';
import type { Resolve } from '../decide/settle.js';
import type { CsrObject } from '../request/csr-object.js';
import type { Read } from '../request/remembered-reading.js';
import type { SigningAuthority } from './signing-authority.js';

/** A write to the status, locked on uid and resourceVersion; exactly one of the two parts. */
export type StatusWrite = {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
} & (
  | {
      /** Base64 of PEM, as status.certificate holds it. */
      readonly certificate: string;
    }
  | { readonly conditions: readonly Readonly<Record<string, unknown>>[] }
);

/** The signers and the policy in force, of one and the same document. */
export interface SigningPolicy {
  /** Undefined for a signer name that is not ours. */
  readonly entry: (signerName: SignerName) => SignerEntry | undefined;
  readonly compiled: CompiledPolicy;
}

/** What the server itself says of an object now. */
export type Newest =
  | { readonly kind: 'found'; readonly csr: CsrObject }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable' };

/** Everything around the signer. */
export interface SignerPorts {
  /** The newest known object of a name, while it has no certificate. */
  readonly get: (name: string) => CsrObject | undefined;
  /** Takes the answer of our own write, so that the next look does not see the older object. */
  readonly absorb: (object: unknown, replacedVersion: string) => void;
  readonly read: Read;
  /** Undefined until a policy was loaded, and during a pause: then nothing is signed. */
  readonly policy: () => SigningPolicy | undefined;
  readonly resolve: Resolve;
  /** The CA of a signer, checked, or why it cannot sign now; never rejects. */
  readonly authority: (entry: SignerEntry) => Promise<Result<SigningAuthority, SigningTrouble>>;
  /** 16 random octets, other ones each time. */
  readonly newSerial: () => Uint8Array;
  readonly writeStatus: (write: StatusWrite) => Promise<WriteOutcome>;
  /** Asks the server itself; for a write whose answer was lost, when the object is no longer kept. */
  readonly readNewest: (name: string) => Promise<Newest>;
  readonly tell: (issuance: Issuance) => void;
  readonly nowMs: () => number;
}
