// SPDX-License-Identifier: Apache-2.0
// Under which names the API server presents itself to us: a certificate for one of them could impersonate it.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Behind a load balancer several certificates are seen; more names than this are no API server's. */
const MAX_NAMES = 1_000;

/** `DNS:a, IP Address:10.0.0.1, DNS:"odd, \"name\""`: Node quotes, as JSON, what could be mistaken. */
const ENTRY = /(DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g;

/** Collects the subject alternative names of every certificate that a connection was made with. */
export class PeerNames {
  readonly #names = new Set<string>();
  #hasSeen = false;

  /** Whether a certificate was seen. */
  get hasSeen(): boolean {
    return this.#hasSeen;
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  /** Takes the names of the certificate that a connected `socket` was given; nothing of a socket without TLS. */
  observe(socket: Socket): void {
    if (!(socket instanceof TLSSocket)) return;
    const { subjectaltname } = socket.getPeerCertificate();
    this.#hasSeen = true;
    for (const name of namesIn(subjectaltname ?? '')) {
      if (this.#names.size < MAX_NAMES) this.#names.add(name);
    }
  }
}

/** DNS names and addresses in Node's text of a subject alternative name. */
export function namesIn(subjectAltName: string): readonly string[] {
  return [...subjectAltName.matchAll(ENTRY)].map(([, , value = '']) => unquoted(value));
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === 'string' ? text : value;
  } catch {
    return value;
  }
}
