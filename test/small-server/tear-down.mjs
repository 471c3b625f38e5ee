// SPDX-License-Identifier: Apache-2.0
// Jest's global tear-down for set-up.mjs.

export default async function tearDown() {
  await globalThis.smallServer?.stop();
}
