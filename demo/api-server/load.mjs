// SPDX-License-Identifier: Apache-2.0
// Lets plain Node programs (the demo, a Jest set-up) use small-api-server.ts on every supported Node version.

import { join } from 'node:path';
import { importTypeScript } from '../../scripts/import-typescript.mjs';

/**
 * Resolves to the module `small-api-server.ts`.
 * @returns {Promise<typeof import('./small-api-server.js')>}
 */
export const loadSmallApiServer = () =>
  importTypeScript(join(import.meta.dirname, 'small-api-server.ts'));
