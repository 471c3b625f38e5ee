// SPDX-License-Identifier: Apache-2.0
// Jest's global set-up: one real control plane for all contract and end-to-end tests, because a start takes seconds.
// Each test file uses object names of its own.

import { ensureControlPlane } from '../control-plane/build.mjs';
import { loadControlPlane } from './control-plane-load.mjs';

/** The name that control-plane-handle.ts reads. */
const SERVER_VARIABLE = 'KUBE_CSR_APPROVER_TEST_SERVER';

export default async function setUp() {
  // Another server was put in the place of the real one.
  if (process.env[SERVER_VARIABLE] !== undefined) return;

  const programs = await ensureControlPlane();
  if (!programs.ok) throw new Error(programs.why);

  const { startControlPlane } = await loadControlPlane();
  const plane = await startControlPlane({ binDir: programs.binDir });
  globalThis.testControlPlane = plane;
  process.env[SERVER_VARIABLE] = JSON.stringify(plane.coordinates);
}
