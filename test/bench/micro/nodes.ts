// SPDX-License-Identifier: Apache-2.0
// The picture of 5,000 Nodes: what it holds, what an update costs, what a question costs.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { NodeIndex } from '../../../src/evidence/node-index.js';
import { claimsAmong, nodeFacts } from '../../../src/evidence/nodes.js';
import type { NodeFacts } from '../../../src/decide/evidence.js';
import { ReflectorStore } from '../../../src/kube/reflector-store.js';
import { type Section, perSecondText, ratioText } from '../row.js';
import { ratioOfRounds } from '../statistics.js';
import { sideBySide } from './side-by-side.js';

const COUNT = 5_000;
const IMAGES = 50;

const nameOf = (index: number): string => `worker-${index}`;
const addressOf = (index: number): string =>
  `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;

/** A line of a watch, of the size that real Nodes have: most of it is images. */
function lineOf(index: number, version: number, address = addressOf(index)): string {
  const name = nameOf(index);
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `a6d2b1c0-0000-4000-8000-${`${index}`.padStart(12, '0')}`,
      resourceVersion: `${version}`,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' },
      annotations: { 'node.alpha.kubernetes.io/ttl': '30' },
    },
    spec: { podCIDR: '10.244.0.0/24', providerID: `example:///${name}` },
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'InternalIP', address: `fd00::${index.toString(16)}` },
        { type: 'Hostname', address: name },
        { type: 'InternalDNS', address: `${name}.corp.example` },
      ],
      conditions: ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({
        type,
        status: type === 'Ready' ? 'True' : 'False',
        lastHeartbeatTime: '2026-11-22T12:00:00Z',
        message: 'kubelet is posting ready status',
      })),
      images: Array.from({ length: IMAGES }, (_, image) => ({
        names: [
          `registry.example/team/image-${image}@sha256:${'0'.repeat(64)}`,
          `registry.example/team/image-${image}:v1.${image}.0`,
        ],
        sizeBytes: 100_000_000 + image,
      })),
    },
  });
}

/** What `run` keeps of Nodes, joined as it joins it. */
function makePicture() {
  const index = new NodeIndex();
  let woken = 0;
  const store = new ReflectorStore<NodeFacts>({
    parse: (json) => {
      const value = nodeFacts(json);
      return value === undefined ? undefined : { key: value.name, value };
    },
    onChange: (name) => {
      if (index.set(name, store.get(name))) woken += 1;
    },
    onFault: (error) => {
      throw error;
    },
  });
  return { store, index, take: (line: string) => store.put(JSON.parse(line)), woken: () => woken };
}

type Picture = ReturnType<typeof makePicture>;

function filled(): Picture {
  const picture = makePicture();
  for (let index = 0; index < COUNT; index += 1) picture.take(lineOf(index, index));
  return picture;
}

/** Bytes that remain on the heap for what `make` makes. */
function heldBy(make: () => unknown): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  const made = make();
  collect();
  const held = process.memoryUsage().heapUsed - before;
  if (made === undefined) throw new Error('nothing was made');
  return held;
}

export async function measureNodes(rounds: number): Promise<Section> {
  filled();
  const bytes = heldBy(filled);
  const picture = filled();
  const facts = [...picture.store.values()];
  // Each address comes and is then told again by a heartbeat, in versions that the store does not know.
  const lines = Array.from({ length: 500 }, (_, index) =>
    [addressOf(COUNT + index), addressOf(COUNT + index), addressOf(index), addressOf(index)].map(
      (address, step) => lineOf(index, COUNT * (step + 1) + index, address),
    ),
  ).flat();
  const need = (turn: number) => {
    const index = (turn * 7) % COUNT;
    const names = [nameOf(index), `${nameOf(index)}.corp.example`];
    return {
      kind: 'claims',
      names,
      addresses: [addressOf(index), `fd00::${index.toString(16)}`],
    } as const;
  };
  const scores = await sideBySide(
    {
      parsed: (turn) => JSON.parse(lines[turn % lines.length] ?? ''),
      updated: (turn) => picture.take(lines[turn % lines.length] ?? ''),
      asked: (turn) => picture.index.claims(need(turn)),
      searched: (turn) => claimsAmong(facts, need(turn)),
    },
    rounds,
  );
  const { parsed, updated, asked, searched } = scores;
  const kilobytes = ((lines[0]?.length ?? 0) / 1024).toFixed(0);
  return {
    title: 'Nodes',
    how: `${COUNT} Nodes of ${kilobytes} KiB each, two names and two addresses in every status; half of the updates are heartbeats, which change nothing that counts.`,
    rows: [
      {
        what: `heap for ${COUNT} Nodes, facts and index`,
        figure: `${(bytes / 1_048_576).toFixed(1)} MB`,
        beside: `${(bytes / COUNT).toFixed(0)} bytes a Node`,
      },
      {
        what: 'updates of a Node: JSON, facts, index',
        figure: perSecondText(updated.perSecond),
        beside: `its JSON alone: ${perSecondText(parsed.perSecond)}`,
        ratio: ratioText(ratioOfRounds(updated.rounds, parsed.rounds)),
      },
      {
        what: 'who else lists two names and two addresses',
        figure: perSecondText(asked.perSecond),
        beside: `one look at every Node: ${perSecondText(searched.perSecond)}`,
        ratio: ratioText(ratioOfRounds(asked.rounds, searched.rounds)),
      },
    ],
  };
}
