// SPDX-License-Identifier: Apache-2.0
// How the CAs are read where they lie; what reads them is made where the process is composed.

import type { CaSource } from '../authority/signer-entry.js';
import type { Result } from '../vocabulary/result.js';
import type { CaTexts } from './signing-authority.js';

/** What was read, and the version of the source that it is. */
export interface ReadCa extends CaTexts {
  readonly version: string;
}

/** Both say in words why they have nothing, and never reject. */
export interface CaAccess {
  /** A text that changes whenever the source does. */
  readonly version: (source: CaSource) => Promise<Result<string, string>>;
  readonly read: (source: CaSource) => Promise<Result<ReadCa, string>>;
}
