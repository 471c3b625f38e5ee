// SPDX-License-Identifier: Apache-2.0
// Memory and start on each version of Node, without options and with the chart's flags.

import { progress } from '../progress.js';
import type { Row, Section } from '../row.js';
import type { ApproverOptions } from './approver-process.js';
import type { Cluster } from './cluster.js';
import { memoryOfChurn } from './churn.js';
import { busyRow, churnRow, idleRow, largeRow, type Setup, startRow } from './memory-rows.js';
import { emptyProcessMs, firstDecisionMs, idleMemory } from './memory.js';
import { KINDS, makePool } from './request-pool.js';
import { approverLeg, workOff } from './throughput.js';

/** As `node-versions.mjs` finds it. */
export interface NodeVersion {
  readonly version: string;
  readonly execPath?: string;
  /** Why there is none. */
  readonly missing?: string;
}

export interface Settings {
  readonly nodes: readonly NodeVersion[];
  readonly count: number;
  readonly rounds: number;
  readonly plain: ApproverOptions;
  readonly flags: Readonly<Record<string, string>>;
}

interface NodeSetup extends Setup {
  readonly options: ApproverOptions;
}

const STARTS = 5;

/** A backlog this much larger than the others: the goal speaks of ten thousand requests. */
const LARGE = 10;

/** Of twice as many requests as a backlog has: twenty thousand in all. */
const BATCHES = 10;

/** Megabytes. */
const GOALS = { node20: { idle: 80, busy: 110 }, newer: { idle: 90, busy: 120 } } as const;

export async function measureOnEachNode(
  cluster: Cluster,
  settings: Settings,
): Promise<readonly Section[]> {
  const { nodes, count } = settings;
  const setups = nodes.flatMap((node) => setupsOn(node, settings));
  const missing = nodes.flatMap(missingRow);
  const flags = Object.entries(settings.flags).map(([name, value]) => `${name}="${value}"`);
  const idle = await idleRows(cluster, setups);
  const busy = await busyRows(cluster, setups, settings);
  const large = await largeRows(cluster, setups, settings);
  const churn = await churnRows(cluster, setups, settings);
  const starts = await startRows(cluster, setups);
  return [
    {
      title: 'Memory',
      how:
        `Resident memory (VmRSS; peak: VmHWM) of \`run\` with both controllers, as in a pod. “With flags” is as in the chart: ${flags.join(' and ')}. ` +
        `Idle: once, three seconds after the policy was loaded. After a backlog: all of it pending at the start, approved and signed, read a second later; the goal is set for 10,000, which is measured once. ` +
        `Coming and going: ${BATCHES} times ${2 * count} requests, each batch created, approved, signed and deleted while the process runs, in place of a day.`,
      rows: [...idle, ...busy, ...large, ...churn, ...missing],
    },
    {
      title: 'Start',
      how: `One pending request; from spawning the process to the log line of its decision, median of ${STARTS}.`,
      rows: [...starts, ...missing],
    },
  ];
}

function setupsOn(node: NodeVersion, { plain, flags }: Settings): readonly NodeSetup[] {
  const { version, execPath } = node;
  if (execPath === undefined) return [];
  const options = { ...plain, execPath };
  const goalsMb = version.startsWith('20.') ? GOALS.node20 : GOALS.newer;
  return [
    { name: `Node ${version}, no options`, options },
    { name: `Node ${version}, with flags`, options: { ...options, env: flags }, goalsMb },
  ];
}

const missingRow = ({ version, missing }: NodeVersion): readonly Row[] =>
  missing === undefined ? [] : [{ what: `Node ${version}`, figure: `not measured: ${missing}` }];

async function idleRows(cluster: Cluster, setups: readonly NodeSetup[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const setup of setups) {
    progress(`idle memory, ${setup.name}`);
    rows.push(idleRow(setup, await idleMemory(cluster, setup.options)));
    if (setup.goalsMb !== undefined) continue;
    const outside = { ...setup.options, kubeconfig: cluster.plane.kubeconfigPath };
    const name = `${setup.name}, with a kubeconfig`;
    rows.push(idleRow({ name }, await idleMemory(cluster, outside)));
  }
  return rows;
}

async function busyRows(
  cluster: Cluster,
  setups: readonly NodeSetup[],
  { count, rounds }: Settings,
): Promise<readonly Row[]> {
  const pool = makePool(KINDS.users, count);
  const legs = setups.map(({ name, options }) => [name, approverLeg(cluster, pool, options)]);
  const turns = await workOff(cluster, Object.fromEntries(legs), rounds);
  return setups.map((setup) => busyRow(setup, turns[setup.name] ?? [], count));
}

/** As the chart runs it, which is what the goals are for. */
const withGoals = (setups: readonly NodeSetup[]): readonly NodeSetup[] =>
  setups.filter(({ goalsMb }) => goalsMb !== undefined);

async function largeRows(
  cluster: Cluster,
  setups: readonly NodeSetup[],
  { count }: Settings,
): Promise<readonly Row[]> {
  const large = LARGE * count;
  progress(`making ${large} requests`);
  const pool = makePool(KINDS.users, large);
  const legs = withGoals(setups).map(
    ({ name, options }) => [name, approverLeg(cluster, pool, options)] as const,
  );
  const turns = await workOff(cluster, Object.fromEntries(legs), 1);
  return withGoals(setups).map((setup) => largeRow(setup, turns[setup.name] ?? [], large));
}

/** On the newest Node, which is the image's. */
async function churnRows(
  cluster: Cluster,
  setups: readonly NodeSetup[],
  { count }: Settings,
): Promise<readonly Row[]> {
  const newest = withGoals(setups).at(-1);
  if (newest === undefined) return [];
  const { name, options } = newest;
  const pool = makePool(KINDS.users, 2 * count);
  progress(`${BATCHES} times ${pool.length} requests, ${name}`);
  const memories = await memoryOfChurn(cluster, pool, { batches: BATCHES, options });
  return [churnRow(name, memories, pool.length)];
}

async function startRows(cluster: Cluster, setups: readonly NodeSetup[]): Promise<readonly Row[]> {
  const pool = makePool(KINDS.users, 1);
  const starts = setups.map((setup) => ({ setup, ours: [] as number[], empty: [] as number[] }));
  for (let round = 1; round <= STARTS; round += 1) {
    progress(`first decisions, round ${round} of ${STARTS}`);
    for (const { setup, ours, empty } of round % 2 === 1 ? starts : starts.toReversed()) {
      empty.push(await emptyProcessMs(setup.options));
      ours.push(await firstDecisionMs(cluster, pool, setup.options));
    }
  }
  return starts.map((each) => startRow(each.setup, each));
}
