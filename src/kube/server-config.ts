// SPDX-License-Identifier: Apache-2.0
// How to reach and convince one API server, as a value; made from a pod's files or from a kubeconfig.

/** Where the bearer token comes from. Tokens never appear in a message. */
export type TokenSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'static'; readonly token: string }
  /** Read again at most every 60 s, and at once when the server refuses the token with 401. */
  | { readonly kind: 'file'; readonly path: string }
  /**
   * Asked before each call; keeps its own cache. `refused` is true after a 401: what it gave last is no good.
   * May reject: then the call is `unreachable`.
   */
  | {
      readonly kind: 'function';
      readonly get: (refused: boolean) => Promise<string | undefined>;
    };

/** One API server and our credentials for it. */
export interface ServerConfig {
  /** `https://host:port`, without a path unless the server lives under one. */
  readonly baseUrl: string;
  /** The authorities that the server's certificate may come from; Node's own list when absent. */
  readonly caPem?: string;
  readonly clientCertPem?: string;
  readonly clientKeyPem?: string;
  readonly token: TokenSource;
  /** The name to expect in the server's certificate when it is not the host of `baseUrl`. */
  readonly serverName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  /** The namespace that the pod or the context lives in. */
  readonly namespace?: string;
}

/** Why there is no ServerConfig. */
export type ServerConfigErrorCode =
  | 'NotInCluster'
  | 'ServiceAccountFileUnreadable'
  | 'KubeconfigUnreadable'
  | 'KubeconfigInvalid'
  | 'ContextMissing'
  | 'CredentialsUnavailable';

/** A message for the operator; it names files and contexts, never contents. */
export interface ServerConfigError {
  readonly code: ServerConfigErrorCode;
  readonly message: string;
}
