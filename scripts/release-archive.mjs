// Archives that are the same bytes whenever, wherever and by whomever they are made. They need GNU tar and gzip.
import { execFileSync } from 'node:child_process';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** The time of every file in what is released (https://reproducible-builds.org/specs/source-date-epoch/). */
const EPOCH_SECONDS = Number(process.env.SOURCE_DATE_EPOCH ?? 0);

/** Packs the folder `name` of `folder` into `file`, with owners, times, modes and order that do not depend on the machine. */
export function archive({ folder, name, file }) {
  const same = ['--format=ustar', '--sort=name', '--owner=0', '--group=0', '--numeric-owner'];
  const args = [...same, `--mtime=@${EPOCH_SECONDS}`, '--mode=u=rwX,go=rX', '-I', 'gzip -n9'];
  execFileSync('tar', [...args, '-C', folder, '-cf', file, name]);
}

/** Gives every file in a folder the same time, for a program that packs the times that it finds. */
export function setTimes(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    utimesSync(join(folder, name), EPOCH_SECONDS, EPOCH_SECONDS);
  }
}
