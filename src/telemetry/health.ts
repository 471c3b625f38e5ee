// SPDX-License-Identifier: Apache-2.0
// Answers the kubelet's probes, in the format of Kubernetes' own /livez and /readyz.

import { createServer } from 'node:http';

/** One thing that must be true to be ready; `problem` says in words why it is not. */
export interface ReadyCheck {
  readonly name: string;
  readonly problem: () => string | undefined;
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
  { host, port }: HealthAddress,
  checks: readonly ReadyCheck[],
  signal: AbortSignal,
): Promise<void> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const answer = answerTo(pathname, searchParams.has('verbose'), checks);
    response.writeHead(answer.status, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(answer.text);
  });
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

function answerTo(
  path: string,
  isVerbose: boolean,
  checks: readonly ReadyCheck[],
): { readonly status: number; readonly text: string } {
  if (path === '/livez') return { status: 200, text: 'ok' };
  if (path !== '/readyz') return { status: 404, text: 'not found\n' };
  const results = checks.map(({ name, problem }) => ({ name, problem: problem() }));
  const isReady = results.every(({ problem }) => problem === undefined);
  if (isReady && !isVerbose) return { status: 200, text: 'ok' };
  const lines = results.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`,
  );
  const end = `readyz check ${isReady ? 'passed' : 'failed'}`;
  return { status: isReady ? 200 : 503, text: `${[...lines, end].join('\n')}\n` };
}
