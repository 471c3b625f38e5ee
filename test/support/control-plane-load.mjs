// SPDX-License-Identifier: Apache-2.0
// Lets plain Node programs (a Jest set-up, the bench) use control-plane.ts on every supported Node version.

import { join } from 'node:path';
import { importTypeScript } from '../../scripts/import-typescript.mjs';

/** Resolves to the module `control-plane.ts`: `startControlPlane`, `startControllerManager`. */
export const loadControlPlane = () =>
  importTypeScript(join(import.meta.dirname, 'control-plane.ts'));
