// SPDX-License-Identifier: Apache-2.0
// Strings and bytes that must not be confused with any other string or bytes.

declare const brand: unique symbol;

/** `T` marked at compile time only; made by the one parser that checks it. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A signer name of the form `example.com/name` (Kubernetes CSR API, spec.signerName). */
export type SignerName = Brand<string, 'SignerName'>;

/** An opaque version of one object; compared for equality only. */
export type ResourceVersion = Brand<string, 'ResourceVersion'>;
