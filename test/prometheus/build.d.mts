import type { EnsureOptions } from '../control-plane/build.mjs';

export type PrometheusPrograms =
  | { readonly ok: true; readonly binDir: string }
  | { readonly ok: false; readonly why: string; readonly exitCode: 1 | 3 };

/** Exit code 3 means that Go is missing here, 1 that PROMETHEUS_BIN or a build is broken. */
export function ensurePromtool(options?: EnsureOptions): Promise<PrometheusPrograms>;

/** The same for the server. */
export function ensurePrometheus(options?: EnsureOptions): Promise<PrometheusPrograms>;
