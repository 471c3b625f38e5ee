// Some minutes in which happens what happens to a cluster in a day: nodes join, people ask, somebody tries what they may
// not, a replica dies, everything is paused, the policy gets an error.
import { setTimeout as delay } from 'node:timers/promises';
import { NODES, POLICY_TEXT } from '../../demo/cluster-objects.mjs';

/** How long it lasts. */
export const DAY_MS = 270_000;
const CLIENT = ['client auth', 'digital signature'];
const SERVER = ['server auth', 'digital signature'];
const USERS = 'kubernetes.io/kube-apiserver-client';
const INTERNAL = 'corp.example/internal';

const person = (username, group) => ({ username, groups: [group, 'system:authenticated'] });
const node = (number) => ({
  username: `system:node:worker-${number}`,
  groups: ['system:nodes', 'system:authenticated'],
});

const wishes = {
  developer: () => ({
    contents: { cn: 'alice', o: ['oidc:dev-team'] },
    requester: person('alice', 'oidc:dev-team'),
    signerName: USERS,
    usages: CLIENT,
  }),
  service: () => ({
    contents: { dns: ['cart.shop.svc'] },
    requester: { username: 'system:serviceaccount:shop:deployer', groups: [] },
    signerName: INTERNAL,
    usages: SERVER,
  }),
  impostor: () => ({
    contents: { cn: 'bob' },
    requester: person('mallory', 'oidc:dev-team'),
    signerName: USERS,
    usages: CLIENT,
  }),
  breakGlass: () => ({
    contents: { cn: 'mallory', o: ['break-glass'] },
    requester: person('mallory', 'oidc:dev-team'),
    signerName: USERS,
    usages: CLIENT,
  }),
  contractor: () => ({
    contents: { cn: 'carol' },
    requester: person('carol', 'oidc:contractors'),
    signerName: USERS,
    usages: CLIENT,
  }),
  onCall: () => ({
    contents: { cn: 'dave', o: ['break-glass'] },
    requester: person('dave', 'oidc:on-call'),
    signerName: USERS,
    usages: CLIENT,
  }),
  foreign: () => ({
    contents: { cn: 'somebody' },
    requester: person('erin', 'oidc:dev-team'),
    signerName: 'vendor.example/device',
    usages: CLIENT,
  }),
  joining: (number) => ({
    contents: { cn: `system:node:worker-${number}`, o: ['system:nodes'] },
    requester: { username: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] },
    signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
    usages: CLIENT,
  }),
  serving: (number) => ({
    contents: {
      cn: `system:node:worker-${number}`,
      o: ['system:nodes'],
      dns: [`worker-${number}`],
      ip: [addressOf(number)],
    },
    requester: node(number),
    signerName: 'kubernetes.io/kubelet-serving',
    usages: SERVER,
  }),
};

const addressOf = (number) => `10.1.0.${number}`;

/** Resolves when the day is over; `tell` hears what happens. */
export async function playDay(stage, tell) {
  const over = AbortSignal.timeout(DAY_MS);
  const everyMs = (ms, act) => repeat(ms, act, over);
  await Promise.all([
    everyMs(400, () => stage.ask(wishes.developer())),
    everyMs(900, () => stage.ask(wishes.service())),
    everyMs(5_000, () => stage.ask(wishes.impostor())),
    everyMs(8_000, () => byHand(stage, wishes.contractor(), 'Approved', 1_000)),
    everyMs(20_000, () => byHand(stage, wishes.onCall(), 'Approved', 9_000)),
    everyMs(70_000, () => byHand(stage, wishes.foreign(), 'Approved', 3_000)),
    joinNodes(stage, over),
    happenings(stage, tell),
  ]);
}

async function byHand(stage, wish, type, afterMs) {
  const name = await stage.ask(wish);
  await delay(afterMs);
  await stage.decideByHand(name, type);
}

/** A node joins; its Node shows an address some seconds after its kubelet wants to serve with it. */
async function joinNodes(stage, over) {
  for (let number = 10; !over.aborted; number += 1) {
    await stage.ask(wishes.joining(number));
    await stage.call('POST', NODES, { body: { metadata: { name: `worker-${number}` } } });
    const name = await stage.ask(wishes.serving(number));
    // Somebody is impatient, now and then.
    if (number % 8 === 0) await stage.decideByHand(name, 'Approved');
    void delay(7_000).then(() => report(stage, number));
    await delay(4_000);
  }
}

const report = (stage, number) =>
  stage.call('PATCH', `${NODES}/worker-${number}/status`, {
    body: {
      status: {
        addresses: [
          { type: 'Hostname', address: `worker-${number}` },
          { type: 'InternalIP', address: addressOf(number) },
        ],
      },
    },
  });

async function happenings(stage, tell) {
  await delay(45_000);
  tell('somebody tries what they may not');
  for (let tries = 0; tries < 120; tries += 1) {
    await stage.ask(wishes.breakGlass());
    await delay(100);
  }
  await delay(25_000);
  const killed = await stage.killLeader();
  tell(`${killed}, which led, is killed`);
  await delay(30_000);
  stage.restart(killed);
  await delay(20_000);
  tell('paused');
  await stage.pause('true');
  await delay(15_000);
  await stage.pause(null);
  await delay(20_000);
  tell('the policy gets an error');
  await stage.setPolicy(POLICY_TEXT.replace('subject:', 'subjects:'));
  await delay(20_000);
  tell('the policy is mended');
  await stage.setPolicy(`${POLICY_TEXT}# mended\n`);
}

async function repeat(ms, act, over) {
  const under = new Set();
  while (!over.aborted) {
    const done = act().finally(() => under.delete(done));
    under.add(done);
    await delay(ms);
  }
  await Promise.all(under);
}
