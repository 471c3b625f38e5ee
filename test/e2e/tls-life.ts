// SPDX-License-Identifier: Apache-2.0
// A TLS server that renews its certificate all the time, and clients that connect to it all the time, each with the
// roots that it has read.

import { X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, createServer } from 'node:tls';

/** A certificate with what follows it, and its key, as PEM. */
export interface Served {
  readonly cert: string;
  readonly key: string;
}

/** A server at work. */
export interface RenewingServer {
  readonly port: number;
  /** Whose certificate it serves now. */
  issuer(): string;
  renewals(): number;
  stop(): Promise<void>;
}

/** Clients that have to wait for each other leave the machine to others. */
const PAUSE_MS = 20;

/** Serves on loopback what `renew` gives, again and again; each connection is ended by the server. */
export async function startRenewingServer(renew: () => Promise<Served>): Promise<RenewingServer> {
  let served = await renew();
  let renewals = 1;
  const stop = new AbortController();
  const server = createServer(served, (socket) => {
    socket.on('error', () => undefined);
    socket.end('hello\n');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const renewing = (async () => {
    while (!stop.signal.aborted) {
      await delay(PAUSE_MS);
      served = await renew();
      server.setSecureContext(served);
      renewals += 1;
    }
  })();
  // Whoever stops it hears of what went wrong.
  renewing.catch(() => undefined);
  return {
    port: (server.address() as AddressInfo).port,
    issuer: () => new X509Certificate(served.cert).issuer,
    renewals: () => renewals,
    stop: async () => {
      stop.abort();
      await renewing;
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** A client at work. */
export interface ConnectingClient {
  attempts(): number;
  /** The code of each connection that was not trusted. */
  failures(): readonly string[];
  stop(): Promise<void>;
}

/** Connects to the server as `host` again and again, trusting what `roots` gives each time. */
export function startClient(
  { port }: Pick<RenewingServer, 'port'>,
  host: string,
  roots: () => Promise<string>,
): ConnectingClient {
  const failures: string[] = [];
  let attempts = 0;
  const stop = new AbortController();
  const connecting = (async () => {
    while (!stop.signal.aborted) {
      const failure = await connectOnce(port, host, await roots());
      attempts += 1;
      if (failure !== undefined) failures.push(failure);
      await delay(PAUSE_MS);
    }
  })();
  return {
    attempts: () => attempts,
    failures: () => failures,
    stop: async () => {
      stop.abort();
      await connecting;
    },
  };
}

function connectOnce(port: number, host: string, ca: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    // No session is resumed: each connection verifies the certificate.
    const socket = connect({ port, host: '127.0.0.1', servername: host, ca });
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => void (said += text));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('close', () => resolve(said === 'hello\n' ? undefined : `heard "${said}"`));
  });
}
