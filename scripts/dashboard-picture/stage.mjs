// The small API server of the demo with its objects, and two replicas of the bundle that serve their metrics.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiClient } from '../../demo/api-client.mjs';
import { loadSmallApiServer } from '../../demo/api-server/load.mjs';
import { BUNDLE } from '../../demo/bundle.mjs';
import {
  createClusterObjects,
  CSRS,
  POLICY_CONFIGMAP,
  POLICY_PATH,
} from '../../demo/cluster-objects.mjs';
import { makeAuthority } from '../../demo/make-authority.mjs';
import { requestOf } from '../../demo/make-request.mjs';
import { freePort } from './free-port.mjs';

const REPLICAS = ['replica-1', 'replica-2'];
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-csr-approver';

/** What must be undone is handed to `later`. */
export async function openStage(folder, later) {
  const { startSmallApiServer } = await loadSmallApiServer();
  const server = await startSmallApiServer();
  later(server.stop);
  const client = apiClient({ ...server, cert: server.adminCertPem, key: server.adminKeyPem });
  later(client.close);
  await createClusterObjects(client);
  const authorities = {
    'client-ca': server.clientCa,
    'internal-ca': await makeAuthority('corp internal CA'),
  };
  for (const [name, { certPem, keyPem }] of Object.entries(authorities)) {
    await writeFile(join(folder, `${name}.crt`), certPem);
    await writeFile(join(folder, `${name}.key`), keyPem, { mode: 0o600 });
  }
  const metricsPorts = Object.fromEntries(
    await Promise.all(REPLICAS.map(async (name) => [name, await freePort()])),
  );
  const running = new Map();
  const start = (name) => {
    const child = startReplica({ server, folder, port: metricsPorts[name] });
    running.set(name, child);
  };
  later(() => Promise.all(Array.from(running.values(), (child) => end(child, 'SIGTERM'))));
  for (const name of REPLICAS) start(name);

  const call = async (method, path, options) => {
    const { status, body } = await client.call(method, path, options);
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${body.message}`);
    return body;
  };
  return {
    metricsPorts,
    call,
    setPolicy: (text) => call('PATCH', POLICY_PATH, { body: { data: { 'policy.yaml': text } } }),
    pause: (paused) =>
      call('PATCH', POLICY_PATH, { body: { metadata: { annotations: { paused } } } }),
    ask: (wish) => ask(call, wish),
    decideByHand: (name, type) => decideByHand(call, name, type),
    /** Kills the replica that leads, as a crash does; resolves with its name. */
    killLeader: async () => {
      const { spec } = await call('GET', LEASE);
      const pids = await Promise.all(REPLICAS.map((name) => leads(metricsPorts[name])));
      const name = REPLICAS[pids.indexOf(true)];
      if (name === undefined) throw new Error(`${spec.holderIdentity} leads, which is nobody here`);
      await end(running.get(name), 'SIGKILL');
      return name;
    },
    restart: start,
  };
}

function startReplica({ server, folder, port }) {
  return spawn(
    process.execPath,
    [
      BUNDLE,
      'run',
      '--kubeconfig',
      server.kubeconfigPath,
      '--policy-configmap',
      POLICY_CONFIGMAP,
      '--leader-elect=true',
      '--lease=kube-csr-approver',
      '--namespace=kube-system',
      `--metrics-addr=127.0.0.1:${port}`,
    ],
    // The files of the CAs are there.
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'close');
}

async function leads(port) {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return /^kube_csr_approver_leader 1$/m.test(await response.text());
}

let asked = 0;

/** Creates a request as its requester; resolves with its name. */
async function ask(call, { contents, requester, signerName, usages }) {
  asked += 1;
  const name = `request-${asked}`;
  const { pem } = await requestOf({ contents });
  const spec = { request: Buffer.from(pem).toString('base64'), signerName, usages };
  await call('POST', CSRS, { body: { metadata: { name }, spec }, as: requester });
  return name;
}

/** What `kubectl certificate` does; a controller that was faster is no trouble. */
async function decideByHand(call, name, type) {
  const conditions = [{ type, status: 'True', reason: `Kubectl${type}`, message: 'by hand' }];
  const body = { status: { conditions } };
  await call('PATCH', `${CSRS}/${name}/approval`, { body }).catch(() => undefined);
}
