// SPDX-License-Identifier: Apache-2.0
// Fits the parts to the ports that approver and signer declare.

import type { ApproverPorts, Newest } from '../approver/ports.js';
import type { Clock } from '../controller/clock.js';
import type { Fence } from '../controller/fence.js';
import type { Resolve } from '../decide/settle.js';
import type { CsrWriter } from '../kube/csr-writer.js';
import { readObject } from '../kube/read-object.js';
import type { Reflector } from '../kube/reflector.js';
import { writeReviewEvent } from '../kube/review-event.js';
import type { Transport } from '../kube/transport.js';
import { formatProblem } from '../policy/problem.js';
import type { PolicyEvent, PolicyStore } from '../policy-store/policy-store.js';
import type { CsrObject } from '../request/csr-object.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import type { Read } from '../request/remembered-reading.js';
import { caFilesOnDisk } from '../signer/ca-files.js';
import { CaStore } from '../signer/ca-store.js';
import type { SignerPorts } from '../signer/ports.js';
import { newSerialNumber } from '../signer/serial-numbers.js';
import { logDecision, whoAndWhat } from '../telemetry/decision-line.js';
import { logIssuance } from '../telemetry/issuance-line.js';
import type { Log } from '../telemetry/log.js';
import { logPolicyLoaded, logPolicyRefused } from '../telemetry/run-lines.js';
import { CSR_COLLECTION } from './requests.js';

/** What both controllers are made of. */
export interface Shared {
  readonly log: Log;
  readonly clock: Clock;
  readonly policy: PolicyStore;
  readonly requests: Reflector<CsrObject>;
  readonly read: Read;
  readonly resolve: Resolve;
  readonly transport: Transport;
  readonly writer: CsrWriter;
  /** Asked right before each write. */
  readonly fence: Fence;
  /** Outlives the signal to stop by the time that writes under way may take. */
  readonly drain: AbortSignal;
}

const common = ({ clock, requests, read, resolve }: Shared) => ({
  get: (name: string) => requests.get(name),
  absorb: (object: unknown, replacedVersion: string) => {
    requests.absorb(object, replacedVersion);
  },
  read,
  resolve,
  nowMs: () => clock.nowMs(),
});

/** The ports of the approver. */
export function approverPorts(shared: Shared): ApproverPorts {
  const { log, policy, writer, transport, clock, drain, fence } = shared;
  return {
    ...common(shared),
    policy: () => policy.current()?.policy,
    writeApproval: (write) => writer.writeApproval(write),
    readNewest: (name) => readNewest(shared, name),
    announceReview: async (csr, { rule, policyHash }) => {
      const message = `every check of rule ${rule}, policy ${policyHash}, passed; to approve it: kubectl certificate approve ${csr.name}`;
      const event = { name: csr.name, uid: csr.uid, resourceVersion: csr.resourceVersion };
      const written = await writeReviewEvent(
        { transport, fence, signal: drain },
        { ...event, message, atMs: clock.nowMs() },
      );
      if (!written) log.warn(whoAndWhat(csr), 'the Event about a review could not be written');
    },
    tell: (event) => logDecision(log, event),
    warn: (csr, outcome) => {
      const { kind: outcomeKind } = outcome;
      const detail = 'message' in outcome ? outcome.message : undefined;
      log.warn({ ...whoAndWhat(csr), outcome: outcomeKind, detail }, 'decision not written');
    },
  };
}

async function readNewest({ transport, drain }: Shared, name: string): Promise<Newest> {
  const path = `${CSR_COLLECTION}/${encodeURIComponent(name)}`;
  const answer = await readObject(transport, path, drain);
  if (answer.kind !== 'found') return { kind: answer.kind };
  const csr = parseCsrObject(answer.object);
  return csr.ok ? { kind: 'found', csr: csr.value } : { kind: 'absent' };
}

/** The ports of the signer. */
export function signerPorts(shared: Shared): SignerPorts {
  const { log, policy, writer, clock } = shared;
  const store = new CaStore({
    files: caFilesOnDisk,
    nowMs: () => clock.nowMs(),
    onTrouble: ({ certFile }, { code, message }) =>
      log.error({ reason: code, detail: message, certFile }, 'CA not usable'),
  });
  return {
    ...common(shared),
    policy: () => {
      const loaded = policy.current();
      if (loaded === undefined) return undefined;
      return { compiled: loaded.policy, entry: (name) => loaded.signers.get(name) };
    },
    authority: ({ ca }) => store.get(ca),
    newSerial: newSerialNumber,
    writeStatus: (write) => writer.writeStatus(write),
    readNewest: (name) => readNewest(shared, name),
    tell: (issuance) => logIssuance(log, issuance),
  };
}

/** Tells the log of each policy that is loaded or refused. */
export const observePolicy =
  (log: Log) =>
  (event: PolicyEvent): void => {
    const { source, resourceVersion, fieldManager } = event.origin;
    if (event.kind === 'loaded') {
      const { hash, text } = event.loaded;
      logPolicyLoaded(log, { hash, text, source, resourceVersion, fieldManager });
      return;
    }
    const problems = event.problems.map((problem) => ({
      code: problem.code,
      text: formatProblem(problem),
    }));
    logPolicyRefused(log, { source, inForce: event.inForce, problems });
  };
