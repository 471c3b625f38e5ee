// SPDX-License-Identifier: Apache-2.0
// Builds images with the real buildah and starts them as a pod of the chart is started: without a registry, on a base
// that is made of the Node, npm and shell of this machine.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { constants, copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from '@jest/globals';

/** What the base image is called. */
const BASE = 'localhost/node-of-this-machine';

/**
 * Arguments: the image's folder, a folder that is mounted at /mnt, the user, the program. The root is read-only, there is
 * no capability and no way to one, as the chart's securityContext says. Nothing is left of the mounts at the end.
 */
const POD_SCRIPT = `
set -e
chroot=$(PATH="$PATH:/usr/sbin:/sbin"; command -v chroot)
mount --bind "$1" "$1"
mount --bind "$2" "$1/mnt"
mount -t proc proc "$1/proc"
mount -o remount,ro,bind "$1"
root=$1 user=$3
shift 3
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid \\
  "$chroot" --userspec="$user" "$root" "$@"
`;

/** What an image says of itself. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Labels: Readonly<Record<string, string>>;
}

export interface Image {
  /** What it holds, with that of its base. */
  readonly folder: string;
  readonly config: ImageConfig;
  /** Starts it with these arguments in place of CMD; `files` is what it sees at /mnt. */
  start(args: readonly string[], files: string): ChildProcess;
}

/**
 * What describes tests where images can be built; elsewhere it leaves them out and says why in one line. The stages of the
 * Dockerfile are proven without an engine in any case, so this is the one tool that is not required, even in CI.
 */
export function describeWithBuildah(): (title: string, tests: () => void) => void {
  const why = whyNoBuildah();
  if (why === undefined) return describe;
  return (title) => void process.stderr.write(`! ${title}: left out, ${why}\n`);
}

function whyNoBuildah(): string | undefined {
  if (spawnSync('buildah', ['--version']).status !== 0) return 'buildah is not installed';
  const trial = ['--mount', 'setpriv', '--no-new-privs', 'true'];
  return spawnSync('unshare', trial).status === 0 ? undefined : 'it needs root';
}

/** Everything that buildah keeps is in `folder`; `remove` takes it away. */
export function startBuildah(folder: string) {
  const places = ['--root', 'store', '--runroot', 'run'].map((word) =>
    word.startsWith('-') ? word : join(folder, word),
  );
  const buildah = (...args: readonly string[]): string =>
    execFileSync('buildah', [...places, '--storage-driver', 'vfs', ...args], {
      encoding: 'utf8',
      // A build prints more than is kept by default.
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    /** Builds the Dockerfile of `context` on a base of this machine. npm's cache has to hold all packages. */
    build(context: string): Image {
      const cache = npm('config', 'get', 'cache');
      buildBase(join(folder, 'base'), (base) =>
        buildah('bud', '--isolation', 'chroot', '--tag', BASE, base),
      );
      const tag = 'localhost/kube-csr-approver';
      const here = ['--isolation', 'chroot', '--pull-never', '--volume', `${cache}:/npm-cache`];
      const same = ['--timestamp', '0', '--build-arg', `NODE_IMAGE=${BASE}`];
      buildah('bud', ...here, ...same, '--tag', tag, context);
      return imageIn(buildah, tag);
    },
    remove(): void {
      buildah('rm', '--all');
      rmSync(folder, { recursive: true });
    },
  };
}

function imageIn(buildah: (...args: readonly string[]) => string, tag: string): Image {
  const container = buildah('from', '--pull-never', tag).trim();
  const mounted = buildah('mount', container).trim();
  const inspected = JSON.parse(buildah('inspect', '--type', 'image', tag)) as {
    readonly OCIv1: { readonly config: ImageConfig };
  };
  const { config } = inspected.OCIv1;
  const env = Object.fromEntries(config.Env.map((line) => line.split(/=(.*)/s, 2)));
  return {
    folder: mounted,
    config,
    start: (args, files) => {
      const pod = ['-c', POD_SCRIPT, 'pod', mounted, files, config.User];
      const words = [...config.Entrypoint, ...args];
      // The programs of the script are found with the path of the image, too.
      return spawn('unshare', ['--mount', '/bin/sh', ...pod, ...words], { env: { ...env } });
    },
  };
}

const npm = (...args: readonly string[]): string =>
  execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** A root with Node, npm, a shell and env, and the libraries that these load. */
function buildBase(folder: string, build: (context: string) => void): void {
  const root = join(folder, 'root');
  const at = (path: string): string => join(root, path);
  for (const path of ['tmp', 'mnt', 'proc', 'npm-cache', 'usr/local/bin', 'usr/local/etc']) {
    mkdirSync(at(path), { recursive: true });
  }
  const programs = {
    'usr/local/bin/node': process.execPath,
    'bin/sh': '/bin/sh',
    'usr/bin/env': '/usr/bin/env',
  };
  for (const [to, from] of Object.entries(programs)) {
    copyInto(root, to, from);
    for (const library of librariesOf(from)) copyInto(root, library, library);
  }
  const npmProgram = realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim());
  const npmFolder = 'usr/local/lib/node_modules/npm';
  cpSync(join(dirname(npmProgram), '..'), at(npmFolder), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', at('usr/local/bin/npm'));
  // npm keeps answers by the address of the registry.
  const registry = npm('config', 'get', 'registry');
  const settings = `cache=/npm-cache\noffline=true\nregistry=${registry}\nupdate-notifier=false\n`;
  writeFileSync(at('usr/local/etc/npmrc'), settings);
  const containerfile = 'FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin:/usr/bin:/bin\n';
  writeFileSync(join(folder, 'Containerfile'), containerfile);
  build(folder);
}

function copyInto(root: string, to: string, from: string): void {
  mkdirSync(dirname(join(root, to)), { recursive: true });
  copyFileSync(from, join(root, to), constants.COPYFILE_FICLONE);
}

/** The libraries that a program loads, with the loader itself; none for one that needs none. */
function librariesOf(program: string): readonly string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...stdout.matchAll(/(?:^|\s)(\/\S+) \(0x/g)].map(([, path = '']) => path);
}
