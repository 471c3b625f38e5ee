import type { EnsureOptions } from '../control-plane/build.mjs';

export type HelmProgram =
  | { readonly ok: true; readonly helm: string }
  | { readonly ok: false; readonly why: string; readonly exitCode: 1 | 3 };

/** Exit code 3 means that Go is missing here, 1 that HELM_BIN or a build is broken. */
export function ensureHelm(options?: EnsureOptions): Promise<HelmProgram>;
