// SPDX-License-Identifier: Apache-2.0
// What this program serves itself: the kubelet's probes, in the format of Kubernetes' own, and the metrics.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** One thing that must be true to be ready; `problem` says in words why it is not. */
export interface ReadyCheck {
  readonly name: string;
  readonly problem: () => string | undefined;
  /** What people should know although it is true. */
  readonly note?: () => string | undefined;
}

/** Where to listen: `host:port`, or `:port` for every address. */
export interface HealthAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** Parses `:8081`, `127.0.0.1:8081`, `[::1]:8081`; undefined when it is none of these. */
export function parseHealthAddress(text: string): HealthAddress | undefined {
  const [, host = '', digits = ''] = /^(\[[0-9a-f:.]+\]|[^:[\]]*):(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) return undefined;
  return { host: host === '' ? undefined : host.replace(/^\[|\]$/g, ''), port };
}

/**
 * Serves until `signal` aborts. `/livez` says that the process turns, never more: a sick API server must not restart
 * us. `/readyz` says whether every check holds, `?verbose` which. Rejects when the address cannot be had.
 */
export async function serveHealth(
  address: HealthAddress,
  checks: readonly ReadyCheck[],
  signal: AbortSignal,
): Promise<void> {
  const answer = ({ pathname, searchParams }: URL): Promise<Answer> =>
    Promise.resolve(answerTo(pathname, searchParams.has('verbose'), checks));
  return serve(address, answer, signal);
}

/** Serves `/metrics` until `signal` aborts. Rejects when the address cannot be had. */
export const serveMetrics = (
  address: HealthAddress,
  text: () => Promise<string>,
  signal: AbortSignal,
): Promise<void> =>
  serve(
    address,
    async ({ pathname }) =>
      pathname === '/metrics' ? { status: 200, text: await text() } : NOT_FOUND,
    signal,
  );

interface Answer {
  readonly status: number;
  readonly text: string;
}

const BASE = 'http://localhost';

const NOT_FOUND: Answer = { status: 404, text: 'not found\n' };

async function serve(
  { host, port }: HealthAddress,
  answer: (url: URL) => Promise<Answer>,
  signal: AbortSignal,
): Promise<void> {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    // Anybody who reaches the port may ask for what is no URL, such as `//`.
    const { status, text } = URL.canParse(path, BASE)
      ? await answer(new URL(path, BASE))
      : NOT_FOUND;
    // The version is that of Prometheus' text format; to others it says nothing.
    response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(text);
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    signal.addEventListener(
      'abort',
      () => {
        server.close(() => resolve());
        server.closeAllConnections();
      },
      { once: true },
    );
    server.listen({ port, ...(host === undefined ? {} : { host }) });
  });
}

/** Whoever gets an answer sees that the process turns. */
const PING: ReadyCheck = { name: 'ping', problem: () => undefined };

function answerTo(path: string, isVerbose: boolean, checks: readonly ReadyCheck[]): Answer {
  if (path === '/livez') return answerOf('livez', isVerbose, [PING]);
  return path === '/readyz' ? answerOf('readyz', isVerbose, [PING, ...checks]) : NOT_FOUND;
}

/** As kube-apiserver answers: one line for each check where that is asked for or one fails, and 500 then. */
function answerOf(probe: string, isVerbose: boolean, checks: readonly ReadyCheck[]): Answer {
  const results = checks.map(({ name, problem, note }) => ({
    name,
    problem: problem(),
    note: note?.(),
  }));
  const hasPassed = results.every(({ problem }) => problem === undefined);
  if (hasPassed && !isVerbose) return { status: 200, text: 'ok' };
  const lines = results.map(({ name, problem, note }) => {
    if (problem !== undefined) return `[-]${name} failed: ${problem}`;
    return note === undefined ? `[+]${name} ok` : `[+]${name} ok: ${note}`;
  });
  const end = `${probe} check ${hasPassed ? 'passed' : 'failed'}`;
  return { status: hasPassed ? 200 : 500, text: `${[...lines, end].join('\n')}\n` };
}
