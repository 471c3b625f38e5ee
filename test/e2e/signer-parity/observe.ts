// SPDX-License-Identifier: Apache-2.0
// Puts requests to both signers and tells, request by request, in what the two differ.

import { X509Certificate } from 'node:crypto';
import { differing, readCertificates, type Reading } from './certificate-fields.js';
import type { Became, Side, Signing } from './stage.js';
import type { Wanted } from './wanted.js';

/** A request, and what became of it on both sides. */
export interface Observation {
  readonly what: string;
  readonly wanted: Wanted;
  readonly theirs: Became;
  readonly ours: Became;
  /** Where both signed: how the certificates read. */
  readonly read: { readonly theirs: Reading; readonly ours: Reading } | undefined;
  /** Fields in which they differ, the lifetime among them, by the parser that sees most. */
  readonly fields: readonly string[];
}

/** What was observed in one run of both signers. */
export interface Run {
  readonly observations: readonly Observation[];
  readonly startedMs: number;
  readonly endedMs: number;
}

let runs = 0;

/** Asks for everything, has it approved, and lets both signers come. */
export async function observe(
  [theirs, ours]: readonly [Side, Side],
  requests: Readonly<Record<string, Wanted>>,
  signing: Signing,
): Promise<Run> {
  runs += 1;
  const run = runs;
  const all = Object.entries(requests);
  const nameOf = (index: number): string => `parity-${run}-${index}`;
  const startedMs = Date.now();
  const [became, becameHere] = await Promise.all([theirs, ours].map(sign));
  const endedMs = Date.now();

  async function sign(side: Side): Promise<readonly Became[]> {
    await Promise.all(all.map(([, wanted], index) => side.ask(nameOf(index), wanted)));
    await side.start(signing);
    const found = await side.became(all.map((_, index) => nameOf(index)));
    await side.stop();
    return found;
  }

  const read = await readingsOf([...(became ?? []), ...(becameHere ?? [])]);
  const observations = all.map(([what, wanted], index) => {
    const [their, our] = [became?.[index], becameHere?.[index]];
    if (their === undefined || our === undefined) throw new Error(`not seen: ${what}`);
    const [a, b] = [read.get(their), read.get(our)];
    const both = a === undefined || b === undefined ? undefined : { theirs: a, ours: b };
    const endMs = Date.parse(new X509Certificate(signing.cas[wanted.signer].certificate).validTo);
    return {
      what,
      wanted,
      theirs: their,
      ours: our,
      read: both,
      fields: both === undefined ? [] : differencesOf(both, endMs),
    };
  });
  return { observations, startedMs, endedMs };
}

async function readingsOf(all: readonly Became[]): Promise<ReadonlyMap<Became, Reading>> {
  const signed = all.flatMap((each) => (each.kind === 'signed' ? [each] : []));
  const readings = await readCertificates(signed.map(({ pem }) => pem));
  return new Map(
    signed.flatMap((each, index) => {
      const reading = readings[index];
      return reading === undefined ? [] : [[each, reading] as const];
    }),
  );
}

/** Names of fields as @peculiar/asn1-x509 has them; one that only openssl sees keeps its name there. */
function differencesOf(
  { theirs, ours }: { readonly theirs: Reading; readonly ours: Reading },
  caEndMs: number,
): readonly string[] {
  const fields = differing(theirs.peculiar, ours.peculiar);
  const byOpenssl = differing(theirs.openssl, ours.openssl);
  const lives = [theirs, ours].map(({ notBeforeMs, notAfterMs }) =>
    notAfterMs === caEndMs ? 'ends with the CA' : String(notAfterMs - notBeforeMs),
  );
  return [
    ...fields,
    ...(fields.length === 0 ? byOpenssl.map((field) => `${field} (openssl)`) : []),
    ...(lives[0] === lives[1] ? [] : ['lifetime']),
  ];
}
