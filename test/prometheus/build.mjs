// SPDX-License-Identifier: Apache-2.0
// Provides the real promtool and prometheus: from PROMETHEUS_BIN, from the cache, or built from the pinned Go modules
// beside this file.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureGoPrograms, missingFrom, printIfRunAsProgram } from '../support/go-programs.mjs';

const here = import.meta.dirname;

const HOW_TO_HAVE_IT =
  'install Go 1.26 or later (https://go.dev/dl), or set PROMETHEUS_BIN to a folder that holds promtool ' +
  '(for example that of the Debian package prometheus)';

/**
 * Makes sure that promtool exists. Resolves to `{ ok: true, binDir }`, or to `{ ok: false, why, exitCode }`, where exit
 * code 3 means that this machine lacks Go and 1 that PROMETHEUS_BIN or a build is broken.
 */
export const ensurePromtool = (options = {}) => ensure('promtool', options);

/** The same for the server, which no test needs: scripts/dashboard-picture.mjs asks it. */
export const ensurePrometheus = (options = {}) => ensure('prometheus', options);

function ensure(program, { env = process.env, report } = {}) {
  const given = env.PROMETHEUS_BIN;
  if (given !== undefined && given !== '') return fromVariable(given, program);
  const recipe = {
    title: program,
    cacheName: program,
    folder: here,
    programs: { [program]: `github.com/prometheus/prometheus/cmd/${program}` },
    ldflags: readLdflags(),
    // Nothing is discovered here, and without the clients of all clouds it is built in a third of the time.
    tags: 'remove_all_sd',
    howToHaveIt: HOW_TO_HAVE_IT,
  };
  return ensureGoPrograms(recipe, { env, report });
}

function fromVariable(binDir, program) {
  if (missingFrom(binDir, [program]).length === 0) return { ok: true, binDir };
  const why = `PROMETHEUS_BIN=${binDir} lacks ${program} (an executable file)`;
  return { ok: false, exitCode: 1, why };
}

/** Modules are numbered v0.315.0 for what calls itself 3.15.0. */
function readLdflags() {
  const goMod = readFileSync(join(here, 'go.mod'), 'utf8');
  const version = /prometheus\/prometheus v0\.(\d)(\d\d)\.(\d+)/.exec(goMod);
  if (version === null) throw new Error('go.mod names no version of prometheus');
  const [, major, minor, patch] = version;
  const stamp = `${major}.${Number(minor)}.${patch}`;
  return `-s -w -X github.com/prometheus/common/version.Version=${stamp}`;
}

await printIfRunAsProgram(import.meta.url, ensurePromtool);
