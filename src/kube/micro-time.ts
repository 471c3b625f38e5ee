// SPDX-License-Identifier: Apache-2.0
// MicroTime of the Kubernetes API: RFC 3339 with exactly six digits, which the API server demands.

/** The text of a time in milliseconds since the epoch. */
export const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');
