export type ControlPlanePrograms =
  | { readonly ok: true; readonly binDir: string }
  | { readonly ok: false; readonly why: string; readonly exitCode: 1 | 3 };

export interface EnsureOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly report?: (line: string) => void;
}

/** Exit code 3 means that Go is missing here, 1 that a folder or a build is broken. */
export function ensureControlPlane(options?: EnsureOptions): Promise<ControlPlanePrograms>;

/** Resolves to the folder of `kubelet` and `fake-container-runtime`. Exit code 3 also when KUBEBUILDER_ASSETS has none. */
export function ensureKubelet(options?: EnsureOptions): Promise<ControlPlanePrograms>;

/** Resolves to the folder of `verify-certificates`. */
export function ensureVerifier(options?: EnsureOptions): Promise<ControlPlanePrograms>;
