// SPDX-License-Identifier: Apache-2.0
// Preloaded into the measured process, so that it finds its service account as in a pod without a mount: reads of the
// kubelet's folder go to the one that BENCH_SERVICE_ACCOUNT names. Nothing else changes.

import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const MOUNTED = '/var/run/secrets/kubernetes.io/serviceaccount';
const folder = process.env.BENCH_SERVICE_ACCOUNT;
const { readFile, stat } = promises;

const redirected = (path) =>
  typeof path === 'string' && path.startsWith(MOUNTED) ? folder + path.slice(MOUNTED.length) : path;

promises.readFile = (path, ...rest) => readFile(redirected(path), ...rest);
promises.stat = (path, ...rest) => stat(redirected(path), ...rest);
syncBuiltinESMExports();
