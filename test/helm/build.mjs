// SPDX-License-Identifier: Apache-2.0
// Provides the real helm: from HELM_BIN, from the cache, or built from the pinned Go modules beside this file.

import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ensureGoPrograms, missingFrom, printIfRunAsProgram } from '../support/go-programs.mjs';

const here = import.meta.dirname;

const HOW_TO_HAVE_IT =
  'install Go 1.26 or later (https://go.dev/dl), or set HELM_BIN to a helm 4 (an executable file)';

/**
 * Makes sure that helm exists. Resolves to `{ ok: true, helm }` (its path), or to `{ ok: false, why, exitCode }`, where
 * exit code 3 means that this machine lacks Go and 1 that HELM_BIN or a build is broken.
 */
export async function ensureHelm({ env = process.env, report } = {}) {
  const given = env.HELM_BIN;
  if (given !== undefined && given !== '') return fromVariable(given);
  const recipe = {
    title: 'helm',
    cacheName: 'helm',
    folder: here,
    programs: { helm: 'helm.sh/helm/v4/cmd/helm' },
    ldflags: readLdflags(),
    howToHaveIt: HOW_TO_HAVE_IT,
  };
  const built = await ensureGoPrograms(recipe, { env, report });
  return built.ok ? { ...built, helm: join(built.binDir, 'helm') } : built;
}

function fromVariable(helm) {
  const isThere = missingFrom(dirname(helm), [basename(helm)]).length === 0;
  if (isThere) return { ok: true, helm, binDir: dirname(helm) };
  return { ok: false, exitCode: 1, why: `HELM_BIN=${helm} is no executable file` };
}

/** Without the version helm calls itself v4.3, and charts that ask for a patch level refuse it. */
function readLdflags() {
  const goMod = readFileSync(join(here, 'go.mod'), 'utf8');
  const version = /helm\.sh\/helm\/v4 (v\d+\.\d+\.\d+)/.exec(goMod)?.[1];
  if (version === undefined) throw new Error('go.mod names no version of helm');
  return `-s -w -X helm.sh/helm/v4/internal/version.version=${version}`;
}

await printIfRunAsProgram(import.meta.url, ensureHelm);
