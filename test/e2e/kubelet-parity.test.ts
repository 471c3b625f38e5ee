// SPDX-License-Identifier: Apache-2.0
// The preset `kubelet-client` beside the real kube-controller-manager: the same requests are put to both, each in a
// cluster of its own. The table of differences in docs/kubelet.md is what was observed; UPDATE_DOCS=1 writes it anew.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sharedServer } from '../support/control-plane-handle.js';
import { CSR_PATH, csrObject } from '../support/control-plane-requests.js';
import { forge } from '../support/forge.js';
import { observedIn, withObserved } from '../support/observed-part.js';
import { startCluster } from './cluster.js';
import { approvedByBoth, approvedByNeither, decidedBefore } from './kubelet-parity/alike.js';
import { type Asked, BOOTSTRAPPERS, by, joining } from './kubelet-parity/asked.js';
import { approvedThereOnly } from './kubelet-parity/differences.js';
import { MARKS, type Observation, observedText } from './kubelet-parity/document.js';
import {
  ask,
  controllerManagerIn,
  grantRights,
  ourselvesIn,
  seen,
  type Side,
} from './kubelet-parity/stage.js';

const START_TIMEOUT_MS = 180_000;
const MAY_JOIN = 'system:certificates.k8s.io:certificatesigningrequests:nodeclient';

const page = new URL('../../docs/kubelet.md', import.meta.url);

/** Envtest's folder has no kube-controller-manager. */
const isThere = existsSync(join(sharedServer().binDir ?? '', 'kube-controller-manager'));
const describeWhereItIs = isThere ? describe : describe.skip;
const startSides = async (): Promise<readonly Side[]> =>
  Promise.all([startCluster().then(controllerManagerIn), startCluster().then(ourselvesIn)]);
const sides = isThere ? await startSides() : [];

const requests: readonly (readonly [string, Asked])[] = [
  ...Object.entries(approvedByBoth),
  ...Object.entries(approvedByNeither).map(([what, [, asked]]) => [what, asked] as const),
  ...Object.entries(decidedBefore),
  ...Object.entries(approvedThereOnly).map(([what, { asked }]) => [what, asked] as const),
];

describeWhereItIs('of one request for a kubelet client certificate', () => {
  let observations: readonly Observation[] = [];
  const became = (what: string): Observation => {
    const found = observations.find((each) => each.what === what);
    if (found === undefined) throw new Error(`not observed: ${what}`);
    return found;
  };

  beforeAll(async () => {
    const onEachSide = await Promise.all(sides.map((side) => putAll(side)));
    observations = requests.map(([what], index) => {
      const [theirs, ours] = onEachSide.map((all) => all[index]);
      if (theirs === undefined || ours === undefined) throw new Error(`not seen: ${what}`);
      return { what, theirs, ours, why: approvedThereOnly[what]?.why };
    });
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await Promise.all(sides.map((side) => side.stop()));
  });

  describe('both approve', () => {
    it.each(Object.keys(approvedByBoth))('%s', (what) => {
      const { theirs, ours } = became(what);

      expect([theirs.approved, ours.approved, ours.code]).toEqual([true, true, 'PolicyApproved']);
    });
  });

  describe('neither approves, and neither touches', () => {
    it.each(Object.entries(approvedByNeither))('%s', (what, [code]) => {
      const { theirs, ours } = became(what);

      expect([theirs.untouched, ours.untouched, ours.code]).toEqual([true, true, code]);
    });

    it.each(Object.keys(decidedBefore))('%s', (what) => {
      const { theirs, ours } = became(what);

      expect([theirs.untouched, ours.untouched, ours.code]).toEqual([true, true, undefined]);
    });
  });

  describe('kube-controller-manager approves, and ours does not touch', () => {
    it.each(Object.entries(approvedThereOnly))('%s', (what, { code }) => {
      const { theirs, ours } = became(what);

      expect([theirs.approved, ours.untouched, ours.code]).toEqual([true, true, code]);
    });
  });

  it('there are enough requests, and none that only ours approves', () => {
    expect(requests.length).toBeGreaterThanOrEqual(60);
    expect(observations.filter(({ theirs, ours }) => ours.approved && !theirs.approved)).toEqual(
      [],
    );
  });

  it('docs/kubelet.md tells every difference, as it was observed', () => {
    const text = observedText(observations);
    if (process.env['UPDATE_DOCS'] === '1') {
      writeFileSync(page, withObserved(readFileSync(page, 'utf8'), MARKS, text));
    }

    expect(observedIn(readFileSync(page, 'utf8'), MARKS)).toBe(text);
  });

  it('a right that is granted later approves what waits, there and here', async () => {
    const asked = by('late', 'may-later');
    await Promise.all(sides.map(({ cluster }) => ask(cluster, 'parity-later', asked)));
    await Promise.all(sides.map((side) => side.looked('parity-later')));

    await Promise.all(
      sides.map(({ cluster }) => cluster.bind(MAY_JOIN, { kind: 'Group', name: 'may-later' })),
    );

    const decided = await Promise.all(
      sides.map(({ cluster }) => cluster.decided('parity-later', 15_000)),
    );
    expect(decided.map(({ status }) => status.conditions?.map(({ type }) => type))).toEqual([
      ['Approved'],
      ['Approved'],
    ]);
  });

  it("another node's name is refused to a kubelet by the API server already", async () => {
    const [side] = sides;
    const asKubelet = { user: 'system:node:worker-2', groups: ['system:nodes', BOOTSTRAPPERS] };
    const { signerName, usages, parts } = joining;
    const object = csrObject(forge(parts), { name: 'parity-other', signerName, usages });

    const response = await side?.cluster.api.create(CSR_PATH, object, { as: asKubelet });

    expect(response?.status).toBe(403);
    expect(response?.failure?.message).toContain('CN=system:node:worker-2');
  });
});

/** Asks for everything, then lets the approver come, and tells what became of it, in the order of the requests. */
async function putAll(side: Side) {
  const { cluster } = side;
  const nameOf = (index: number): string => `parity-${index}`;
  await grantRights(cluster);
  const before = await Promise.all(
    requests.map(([, asked], index) => ask(cluster, nameOf(index), asked)),
  );
  await side.start();
  // One after the other is no slower: the last one settles it.
  for (const [index, [, { state }]] of requests.entries()) {
    const isDecided = state !== undefined && state !== 'being deleted';
    if (!isDecided || side.tellsOfDecided) await side.looked(nameOf(index));
  }
  // Asked last, so that whoever has looked at it has passed over what was decided before.
  await ask(cluster, 'parity-last', {});
  await side.looked('parity-last');
  return Promise.all(before.map((each) => seen(side, each)));
}
