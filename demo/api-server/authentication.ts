// SPDX-License-Identifier: Apache-2.0
// Who is calling: client certificates, bearer tokens, bootstrap tokens.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { createHash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import type { Clock } from './clock.js';
import { textAt } from './json.js';
import { keyOf } from './store.js';
import type { Store } from './store.js';
import { ANONYMOUS, authenticated } from './users.js';
import type { User } from './users.js';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ANY_USAGE = '2.5.29.37.0';
const UID_ATTRIBUTE = '1.3.6.1.4.1.57683.2';
const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';
const BOOTSTRAP_TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;

/** Whom a bearer token stands for, and until when. */
export interface TokenHolder {
  readonly user: User;
  readonly expiresAtMs?: number;
}

export interface AuthenticatorOptions {
  readonly clientCaPem: string;
  readonly tokens: ReadonlyMap<string, TokenHolder>;
  readonly store: Store;
  readonly clock: Clock;
}

/** Answers the user of a request, anonymous without any credential, undefined for one that proves nothing. */
export function createAuthenticator(
  options: AuthenticatorOptions,
): (request: IncomingMessage) => User | undefined {
  const { store, clock, tokens } = options;
  const clientCa = new X509Certificate(options.clientCaPem);

  const isOurs = (certificate: X509Certificate): boolean => {
    // Node's types know no certificate without the extension.
    const usages: readonly string[] = certificate.keyUsage ?? [CLIENT_AUTH];
    const isForClients = usages.includes(CLIENT_AUTH) || usages.includes(ANY_USAGE);
    return (
      isForClients && certificate.checkIssued(clientCa) && certificate.verify(clientCa.publicKey)
    );
  };

  /** Certificates belong to connections, and are verified once for each. */
  const presentedBy = new WeakMap<Socket, Presented | 'nothing'>();
  const presentedOn = (socket: Socket): Presented | 'nothing' => {
    const known = presentedBy.get(socket);
    if (known !== undefined) return known;
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    const presented =
      certificate === undefined
        ? 'nothing'
        : {
            user: isOurs(certificate) ? subjectOf(certificate) : undefined,
            fromMs: Date.parse(certificate.validFrom),
            toMs: Date.parse(certificate.validTo),
          };
    presentedBy.set(socket, presented);
    return presented;
  };

  const holderOfToken = (token: string): User | undefined => {
    const { user, expiresAtMs = Infinity } = tokens.get(token) ?? {};
    if (user !== undefined) return clock.nowMs() < expiresAtMs ? authenticated(user) : undefined;
    const [, id = '', secret = ''] = BOOTSTRAP_TOKEN.exec(token) ?? [];
    return id === '' ? undefined : bootstrapper(store, { id, secret }, clock.nowMs());
  };

  return ({ socket, headers }) => {
    const presented = presentedOn(socket);
    const user = presented === 'nothing' ? undefined : holderAt(presented, clock.nowMs());
    if (user !== undefined && user !== ANONYMOUS) return user;
    const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (token !== undefined) return holderOfToken(token);
    return presented === 'nothing' ? ANONYMOUS : user;
  };
}

/** A client certificate and whom it stands for while it is valid, if anybody. */
interface Presented {
  readonly user: User | undefined;
  readonly fromMs: number;
  readonly toMs: number;
}

const holderAt = ({ user, fromMs, toMs }: Presented, nowMs: number): User | undefined =>
  fromMs <= nowMs && nowMs <= toMs ? user : undefined;

/** The last common name counts; without one the holder is nobody. */
function subjectOf(certificate: X509Certificate): User {
  const { subjectName } = new x509.X509Certificate(certificate.raw);
  const username = subjectName.getField('CN').at(-1);
  if (username === undefined) return ANONYMOUS;
  const [uid] = subjectName.getField(UID_ATTRIBUTE);
  const digest = createHash('sha256').update(certificate.raw).digest('hex');
  return authenticated({
    username,
    ...(uid === undefined ? {} : { uid }),
    groups: subjectName.getField('O'),
    extra: { [CREDENTIAL_ID]: [`X509SHA256=${digest}`] },
  });
}

/** The holder of a bootstrap token, which is a Secret. */
function bootstrapper(
  store: Store,
  { id, secret }: { readonly id: string; readonly secret: string },
  nowMs: number,
): User | undefined {
  const stored = store.get('secrets', keyOf('kube-system', `bootstrap-token-${id}`));
  const data = (name: string): string =>
    Buffer.from(textAt(stored, 'data', name), 'base64').toString();
  const isUsable =
    textAt(stored, 'type') === 'bootstrap.kubernetes.io/token' &&
    data('token-secret') === secret &&
    data('usage-bootstrap-authentication') === 'true' &&
    !(Date.parse(data('expiration')) <= nowMs);
  if (!isUsable) return undefined;
  const more = data('auth-extra-groups').split(',').filter(Boolean);
  return authenticated({
    username: `system:bootstrap:${id}`,
    groups: ['system:bootstrappers', ...more],
  });
}
