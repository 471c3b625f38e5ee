// SPDX-License-Identifier: Apache-2.0
// A real TLS server and a real client on loopback, each with a certificate, each trusting one root alone.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';

/** What one of the two presents: PEM, the leaf first. */
export interface Presented {
  readonly cert: string;
  readonly key: string;
}

/** Both sides of a connection. */
export interface Handshake {
  readonly server: Presented;
  readonly client: Presented;
  /** What both trust. */
  readonly root: string;
  /** Whom the client means to reach. */
  readonly host: string;
}

/** What each sees of the other once both have accepted; rejects with what the refusing side said. */
export async function handshake({ server, client, root, host }: Handshake): Promise<{
  readonly client: string;
  readonly server: string;
}> {
  const listener = createServer({
    ...server,
    ca: root,
    requestCert: true,
    rejectUnauthorized: true,
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  try {
    return await new Promise((resolve, reject) => {
      listener.once('tlsClientError', (error) => reject(withSide('server', error)));
      listener.once('secureConnection', (socket) => {
        socket.on('error', () => undefined);
        socket.end(`${nameOf(socket)}\n`);
      });
      const socket = connect({ ...client, port, host: '127.0.0.1', ca: root, servername: host });
      let said = '';
      socket.setEncoding('utf8').on('data', (text: string) => void (said += text));
      socket.once('error', (error) => reject(withSide('client', error)));
      let seen = '';
      socket.once('secureConnect', () => void (seen = nameOf(socket)));
      socket.once('end', () => {
        if (said !== '') resolve({ client: said.trim(), server: seen });
      });
    });
  } finally {
    listener.close();
  }
}

const nameOf = (socket: TLSSocket): string => {
  const { subject } = socket.getPeerCertificate();
  return `${socket.authorized ? 'authorized' : 'unauthorized'} CN=${String(subject.CN)}`;
};

const withSide = (side: string, error: Error): Error =>
  new Error(`${side}: ${(error as NodeJS.ErrnoException).code ?? error.message}`);
