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
import { writeSharedAddressEvent } from '../kube/shared-address-event.js';
import type { Transport } from '../kube/transport.js';
import type { LoadedPolicy } from '../policy/load-policy.js';
import { formatProblem } from '../policy/problem.js';
import type { Pause } from '../policy-store/pause.js';
import type { PolicyEvent, PolicyStore } from '../policy-store/policy-store.js';
import type { CsrObject } from '../request/csr-object.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import type { Read } from '../request/remembered-reading.js';
import type { SignerPorts } from '../signer/ports.js';
import { newSerialNumber } from '../signer/serial-numbers.js';
import { reviewMessage } from '../review/review-commands.js';
import { logDecision, whoAndWhat } from '../telemetry/decision-line.js';
import { logIssuance } from '../telemetry/issuance-line.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import { MAX_TOLD_NODES } from '../vocabulary/limits.js';
import { logPolicyLoaded, logPolicyRefused } from '../telemetry/run-lines.js';
import type { Comparisons } from './comparisons.js';
import { CSR_COLLECTION } from './requests.js';
import type { Requesters } from './tell-requesters.js';

/** What both controllers are made of. */
export interface Shared {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly policy: PolicyStore;
  readonly pause: Pause;
  readonly requests: Reflector<CsrObject>;
  readonly comparisons: Comparisons;
  readonly requesters: Requesters;
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

/** The policy by which is decided now: none during a pause, and none while another replica leads. */
const inForce = ({ policy, fence }: Shared): LoadedPolicy | undefined =>
  fence.isHeld() ? policy.current() : undefined;

/** The ports of the approver. */
export function approverPorts(shared: Shared): ApproverPorts {
  const { log, metrics, writer, transport, clock, drain, fence } = shared;
  return {
    ...common(shared),
    policy: () => inForce(shared)?.policy,
    writeApproval: (write) => writer.writeApproval(write),
    readNewest: (name) => readNewest(shared, name),
    announceReview: async (csr, { rule, policyHash }) => {
      const message = reviewMessage(csr.name, `rule ${rule}, policy ${policyHash}`);
      const event = { name: csr.name, uid: csr.uid, resourceVersion: csr.resourceVersion };
      const written = await writeReviewEvent(
        { transport, fence, signal: drain },
        { ...event, message, atMs: clock.nowMs() },
      );
      if (!written) log.warn(whoAndWhat(csr), 'the Event about a review could not be written');
    },
    announceShared: async (csr, { message = '', wakeOn = [] }) => {
      const nodes = wakeOn.flatMap((each) => (each.kind === 'node' ? [each.name] : []));
      const told = nodes
        .slice(0, MAX_TOLD_NODES)
        .map((node) =>
          writeSharedAddressEvent(
            { transport, fence, signal: drain },
            { node, message, atMs: clock.nowMs() },
          ),
        );
      if ((await Promise.all(told)).includes('failed')) {
        log.warn(whoAndWhat(csr), 'the Events about a shared address could not be written');
      }
    },
    judged: (csr, decision) => shared.comparisons.judged(csr, decision),
    tell: (event) => {
      logDecision(log, event);
      metrics.decided(event);
      shared.requesters.decided(event);
    },
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
export function signerPorts(shared: Shared, authority: SignerPorts['authority']): SignerPorts {
  const { log, metrics, writer } = shared;
  return {
    ...common(shared),
    policy: () => {
      const loaded = inForce(shared);
      if (loaded === undefined) return undefined;
      return { compiled: loaded.policy, entry: (name) => loaded.signers.get(name) };
    },
    authority,
    newSerial: newSerialNumber,
    writeStatus: (write) => writer.writeStatus(write),
    readNewest: (name) => readNewest(shared, name),
    tell: (issuance) => {
      logIssuance(log, issuance);
      metrics.issued(issuance);
      shared.requesters.issued(issuance);
    },
  };
}

/** Tells the log of each policy that is loaded or refused. */
export const observePolicy =
  (log: Log, metrics: Metrics) =>
  (event: PolicyEvent): void => {
    const { source, resourceVersion, fieldManager } = event.origin;
    metrics.offered(event.kind === 'loaded' ? 'loaded' : 'refused');
    if (event.kind !== 'refused') {
      const { hash, parts } = event.loaded;
      const isLastGood = event.kind === 'restored';
      logPolicyLoaded(log, { hash, parts, source, resourceVersion, fieldManager, isLastGood });
      return;
    }
    const problems = event.problems.map((problem) => ({
      code: problem.code,
      text: formatProblem(problem),
    }));
    logPolicyRefused(log, { source, inForce: event.inForce, problems });
  };
