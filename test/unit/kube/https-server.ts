// SPDX-License-Identifier: Apache-2.0
// A small real HTTPS server for what no API server does on request: cut sockets, half lines, silence.

import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  SERVER_AUTH,
  createAuthority,
  issueCertificate,
} from '../../support/control-plane-certificates.js';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; what it leaves open stays open. */
export type Answerer = (response: ServerResponse, request: Received) => void;

export interface HttpsServer {
  readonly url: string;
  readonly caPem: string;
  readonly received: Received[];
  /** Sockets that were ever opened. */
  readonly connections: number;
  /** What answers from now on. */
  answerWith(answerer: Answerer): void;
  close(): Promise<void>;
}

const NAMES = [
  { type: 'dns', value: 'localhost' },
  { type: 'dns', value: 'kubernetes.default.svc' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: 'fd00::1' },
] as const;

export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

export async function startHttpsServer(): Promise<HttpsServer> {
  const authority = await createAuthority('unit-test-ca');
  const certificate = await issueCertificate(authority, {
    subject: [{ CN: ['unit-test'] }],
    names: [...NAMES],
    extendedKeyUsages: [SERVER_AUTH],
  });
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let answer: Answerer = (response) => json(response, 200, {});

  const server = createServer(
    { cert: certificate.certPem, key: certificate.keyPem },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
        received.push(one);
        answer(response, one);
      });
    },
  );
  server.on('secureConnection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `https://127.0.0.1:${port}`,
    caPem: authority.certPem,
    received,
    get connections() {
      return connections;
    },
    answerWith: (answerer) => {
      answer = answerer;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
