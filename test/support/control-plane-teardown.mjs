// SPDX-License-Identifier: Apache-2.0
// Jest's global tear-down: ends the control plane that control-plane-setup.mjs started.

export default async function tearDown() {
  await globalThis.testControlPlane?.stop();
}
