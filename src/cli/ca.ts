// SPDX-License-Identifier: Apache-2.0
// csr-approver ca create: a new CA in a Secret, for signers of a policy. It never replaces one.

import { createHash } from 'node:crypto';
import { createTlsSecret } from '../kube/secret-writer.js';
import type { ServerConfig } from '../kube/server-config.js';
import { createTransport } from '../kube/transport.js';
import { secondsOf } from '../policy/durations.js';
import {
  CA_KEY_KINDS,
  type CaWish,
  createCa,
  isCaKeyKind,
  type NewCa,
} from '../signer/create-ca.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { parseSubjectText } from '../x509/subject-text.js';
import { realClock } from './clock.js';
import { type Command, EXIT, type GivenFlags, type Process } from './command.js';
import { findServerForPerson, personalServerFlags } from './find-server.js';
import { VERSION } from './version.js';

const DEFAULT_KEY = 'ecdsa-p256';

/** Ten years: trust in a root is spread by hand, and it can be replaced at any time. */
const DEFAULT_LIFETIME = '3650d';

/** A CA that cannot outlive one certificate is a slip. */
const MIN_LIFETIME_SECONDS = 24 * 3600;

/** Clocks differ (DUR-3). */
const BACKDATED_MS = 5 * 60_000;

/** Makes a CA. */
export const caCommand: Command = {
  summary: 'Makes a CA in a Secret that is not there yet, for signers of a policy.',
  usage: 'create --secret NAME [flags]',
  positionals: 1,
  flags: {
    ...personalServerFlags,
    secret: { type: 'string', value: 'NAME', help: 'the Secret to make: tls.crt and tls.key' },
    namespace: {
      type: 'string',
      value: 'NAME',
      help: 'where; default: that of the pod, or of the context',
    },
    subject: {
      type: 'string',
      value: 'CN=…,O=…',
      help: 'name of the CA: CN, and O, OU, L, ST, C as needed; default: CN=<name of the Secret>',
    },
    lifetime: {
      type: 'string',
      value: 'DURATION',
      help: `how long the CA is valid; default: ${DEFAULT_LIFETIME}`,
    },
    key: {
      type: 'string',
      value: 'KIND',
      help: `${CA_KEY_KINDS.join(', ')}; default: ${DEFAULT_KEY}`,
    },
    'keep-existing': {
      type: 'boolean',
      help: 'a Secret that is there already is no failure; it stays as it is',
    },
  },
  run: async (given, process) => {
    const order = readOrder(given);
    if (!order.ok) return told(process, order.error);
    const config = await findServerForPerson(given, process);
    if (!config.ok) return told(process, config.error);
    const namespace = given.text('namespace') ?? config.value.namespace;
    if (namespace === undefined) return told(process, 'UsageError: --namespace NAME is missing');
    const ca = await createCa(order.value.wish);
    if (!ca.ok) return told(process, `CaUnusable: ${ca.error}`);
    return store({ ...order.value, namespace, ca: ca.value }, config.value, process);
  },
};

function told({ err }: Process, message: string): number {
  err(`${message}\n`);
  return EXIT.unknown;
}

/** What was asked for. */
interface Order {
  readonly secret: string;
  readonly keepsExisting: boolean;
  readonly wish: CaWish;
}

function readOrder(given: GivenFlags): Result<Order, string> {
  const [what = ''] = given.positionals;
  if (what !== 'create') return fail(`UsageError: ca ${JSON.stringify(what)}: it takes create`);
  const secret = given.text('secret');
  if (secret === undefined) return fail('UsageError: --secret NAME is missing');
  const subject = parseSubjectText(given.text('subject') ?? `CN=${secret}`);
  if (!subject.ok) return fail(`UsageError: --subject: ${subject.error}`);
  const key = given.text('key') ?? DEFAULT_KEY;
  if (!isCaKeyKind(key)) {
    const kinds = CA_KEY_KINDS.join(', ');
    return fail(`UsageError: --key: ${JSON.stringify(key)} is not one of ${kinds}`);
  }
  const lifetime = given.text('lifetime') ?? DEFAULT_LIFETIME;
  const seconds = secondsOf(lifetime);
  if (seconds === undefined || seconds < MIN_LIFETIME_SECONDS) {
    return fail(
      `UsageError: --lifetime: ${JSON.stringify(lifetime)} is no duration of 1d or more; write for example 3650d`,
    );
  }
  const notBeforeMs = realClock.nowMs() - BACKDATED_MS;
  const notAfterMs = notBeforeMs + seconds * 1000;
  return ok({
    secret,
    keepsExisting: given.has('keep-existing'),
    wish: { subject: subject.value, key, notBeforeMs, notAfterMs },
  });
}

async function store(
  { secret, keepsExisting, namespace, ca }: Order & { namespace: string; ca: NewCa },
  config: ServerConfig,
  { out, err, signal }: Process,
): Promise<number> {
  const transport = createTransport(config, { clock: realClock, version: VERSION });
  const outcome = await createTlsSecret(
    transport,
    {
      namespace,
      name: secret,
      labels: { 'app.kubernetes.io/name': 'kube-csr-approver' },
      annotations: {
        'kubernetes.io/description': 'A CA of kube-csr-approver. Whoever can read it can sign.',
      },
      texts: { 'tls.crt': ca.certificate, 'tls.key': ca.key },
    },
    signal,
  );
  await transport.close();
  if (outcome.kind === 'failed') {
    err(`ApiError: Secret ${namespace}/${secret} could not be made: ${outcome.message}\n`);
    return EXIT.unknown;
  }
  if (outcome.kind === 'created') {
    out(`Secret ${namespace}/${secret} made: ${described(ca)}\n`);
    return EXIT.yes;
  }
  const print = keepsExisting ? out : err;
  print(`Secret ${namespace}/${secret} is there already; nothing was changed\n`);
  return keepsExisting ? EXIT.yes : EXIT.no;
}

function described({ authority: { certificate } }: NewCa): string {
  const fingerprint = createHash('sha256').update(certificate.der).digest('hex');
  const until = new Date(certificate.notAfterMs).toISOString().slice(0, 10);
  return `valid until ${until}, SHA-256 fingerprint ${fingerprint}`;
}
