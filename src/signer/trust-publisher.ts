// SPDX-License-Identifier: Apache-2.0
// One look at the trust of a signer: what is to be trusted is recorded first, then published from the record.

import { type CaCertificate, readCaCertificate } from '../authority/ca-certificate.js';
import { bundleText, trustBundle, type TrustBundle } from '../authority/trust-bundle.js';
import type { Reconcile, ReconcileResult } from '../controller/run-loop.js';
import type { WriteOutcome } from '../controller/write.js';
import { MAX_TRUST_ANCHORS } from '../vocabulary/limits.js';
import { pemBlocksOf } from './pem-blocks.js';
import { type Bundle, PlaceKeeper } from './trust-place-keeper.js';
import type { Lock, TrustedSigner, TrustEvent, TrustPorts } from './trust-ports.js';

/** A CA that cannot sign now is looked at again by whoever loads it; this is for what only time changes. */
const WITHOUT_CA_MS = 30_000;

/** Places that are written at the same time. */
const AT_A_TIME = 8;

const ALL_EXPIRED = 'every certificate has expired; what was published stays as it is';

const done: ReconcileResult = { kind: 'done' };
const retry: ReconcileResult = { kind: 'retry' };

/** What is remembered of one signer between looks. */
interface Memory {
  readonly places: PlaceKeeper;
  /** What the record said last, read. */
  read: { readonly text: string; readonly anchors: readonly CaCertificate[] };
  /** What was last told of the record and of certificates that stay. */
  trouble: string;
  needed: string;
}

/**
 * One look at a signer, by its name: level-triggered and idempotent, for each change of policy, CA, record and places,
 * and when writing becomes allowed. Nothing is published that is not recorded.
 */
export function createTrustPublisher(ports: TrustPorts): Reconcile {
  const memories = new Map<string, Memory>();

  return async (signerName) => {
    const signer = ports.signer(signerName);
    if (signer === undefined) {
      memories.delete(signerName);
      return done;
    }
    if (!ports.fence.isHeld()) return done;
    const memory = memories.get(signerName) ?? newMemory(signer, ports);
    memories.set(signerName, memory);
    return look(signer, memory, ports);
  };
}

function newMemory(signer: TrustedSigner, { nowMs, random, tell }: TrustPorts): Memory {
  const places = new PlaceKeeper({ nowMs, random, tell: (event) => tell(signer, event) });
  return { places, read: { text: '', anchors: [] }, trouble: '', needed: '' };
}

async function look(
  signer: TrustedSigner,
  memory: Memory,
  ports: TrustPorts,
): Promise<ReconcileResult> {
  const chain = await ports.chain(signer);
  const seen = ports.record.look(signer);
  if (seen.kind === 'unseen') return done;
  if (seen.kind === 'absent') {
    tellTrouble(signer, memory, ports, 'there is no such ConfigMap, so nothing is published');
    if (chain !== undefined) ports.attempted(signer, chain);
    return done;
  }
  const recorded = readRecord(memory, seen.text ?? '');
  const bundle = trustBundle({
    recorded,
    chains: chain === undefined ? [] : [chain],
    drop: signer.trust.drop,
    nowMs: ports.nowMs(),
  });
  tellNeeded(signer, memory, ports, bundle);
  if (bundle.anchors.length === 0) {
    // Nothing is emptied: what has expired harms nobody, and whoever has nothing to trust does not even start.
    if (recorded.length > 0) tellTrouble(signer, memory, ports, ALL_EXPIRED);
    return { kind: 'again', afterMs: WITHOUT_CA_MS };
  }
  const recording = await record(signer, { memory, seen, bundle }, ports);
  if (recording === 'fenced') return done;
  if (recording === 'overtaken') return retry;
  // What could not be recorded is not published; the rest is kept right meanwhile.
  const isRecorded = recording === 'recorded';
  const delays = await publish(
    signer,
    memory,
    ports,
    isRecorded ? bundle : unchanged(recorded, ports),
  );
  if (chain !== undefined && delays.isComplete) ports.attempted(signer, chain);
  if (!isRecorded) return retry;
  const { nextExpiryMs = Number.POSITIVE_INFINITY } = bundle;
  const withoutCa = chain === undefined ? [WITHOUT_CA_MS] : [];
  const afterMs = Math.min(nextExpiryMs - ports.nowMs(), ...withoutCa, ...delays.again);
  return { kind: 'again', afterMs };
}

const unchanged = (recorded: readonly CaCertificate[], { nowMs }: TrustPorts): TrustBundle =>
  trustBundle({ recorded, chains: [], drop: [], nowMs: nowMs() });

/** What the record holds; what is no CA certificate is left out, and gone when it is written next. */
function readRecord(memory: Memory, text: string): readonly CaCertificate[] {
  if (memory.read.text !== text) {
    const anchors = pemBlocksOf(text)
      .slice(0, MAX_TRUST_ANCHORS)
      .map(({ der }) => readCaCertificate(der))
      .flatMap((read) => (read.ok ? [read.value] : []));
    memory.read = { text, anchors };
  }
  return memory.read.anchors;
}

/** Writes the record if it says other than `bundle`. */
async function record(
  signer: TrustedSigner,
  {
    memory,
    seen,
    bundle,
  }: {
    readonly memory: Memory;
    readonly seen: { readonly lock: Lock; readonly text: string | undefined };
    readonly bundle: TrustBundle;
  },
  ports: TrustPorts,
): Promise<'recorded' | 'refused' | 'overtaken' | 'fenced'> {
  const text = bundleText(bundle.anchors);
  const outcome: WriteOutcome =
    text === seen.text
      ? { kind: 'written', object: undefined }
      : await ports.record.write(signer, seen.lock, text);
  switch (outcome.kind) {
    case 'written':
      memory.trouble = '';
      if (text !== seen.text) ports.tell(signer, { kind: 'recorded', ...bundle });
      return 'recorded';
    case 'conflict':
    case 'gone':
      return 'overtaken';
    case 'fenced':
      return 'fenced';
    case 'forbidden':
      tellTrouble(signer, memory, ports, outcome.message);
      return 'refused';
    case 'failed':
      tellTrouble(signer, memory, ports, `${outcome.code}: ${outcome.message}`);
      return 'refused';
  }
}

/** Brings the bundle to every place. */
async function publish(
  signer: TrustedSigner,
  { places: keeper }: Memory,
  ports: TrustPorts,
  { anchors }: TrustBundle,
): Promise<{ readonly isComplete: boolean; readonly again: readonly number[] }> {
  const places = ports.places(signer);
  keeper.retain(places);
  const bundle: Bundle = { anchors, text: bundleText(anchors) };
  const isComplete = places.every((place) => place.look().kind !== 'unseen');
  const again: number[] = [];
  // Some after the others: signing needs connections, too.
  for (let from = 0; from < places.length; from += AT_A_TIME) {
    const some = places.slice(from, from + AT_A_TIME);
    const delays = await Promise.all(some.map((place) => keeper.keep(place, bundle)));
    again.push(...delays.filter((delayMs) => delayMs !== undefined));
  }
  return { isComplete, again };
}

function tellTrouble(
  signer: TrustedSigner,
  memory: Memory,
  ports: TrustPorts,
  detail: string,
): void {
  if (memory.trouble === detail) return;
  memory.trouble = detail;
  ports.tell(signer, { kind: 'trouble', place: ports.record.named, detail });
}

function tellNeeded(
  signer: TrustedSigner,
  memory: Memory,
  ports: TrustPorts,
  { needed }: TrustBundle,
): void {
  const event: TrustEvent = { kind: 'needed', needed };
  const isNews = needed.join() !== memory.needed;
  memory.needed = needed.join();
  if (isNews && needed.length > 0) ports.tell(signer, event);
}
