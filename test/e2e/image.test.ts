// SPDX-License-Identifier: Apache-2.0
// The image: its stages carried out in empty folders, and the whole of it built by buildah and started as in a pod.
import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Image, describeWithBuildah, startBuildah } from '../support/buildah.js';
import { LogReader } from '../support/log-reader.js';
import { stagesOf } from '../support/dockerfile.js';
import { type BuiltStage, carryOut, copyContext } from '../support/image-stages.js';
import { startCluster } from './cluster.js';
import { developer, developersPolicy } from './policies.js';

/** npm has to unpack every package, on a machine that may be busy. */
const BUILD_TIMEOUT_MS = 600_000;

/** The program begins on a machine that may be busy. */
const START_TIMEOUT_MS = 60_000;

/** The API server's CA for clients, where the image sees it. */
const CA_IN_IMAGE = '{ files: { cert: /mnt/ca.crt, key: /mnt/ca.key } }';

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
};

const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-image-'));
afterAll(() => rmSync(folder, { recursive: true }));
// Whom the image runs as has to get in.
chmodSync(folder, 0o755);

/** The files of a folder by name, with their bytes. */
const filesOf = (path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(path).map((name) => [name, readFileSync(join(path, name)).toString('latin1')]),
  );

/** Without what an npm that runs this test has set for itself. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')),
);

const stages = new Map<string, BuiltStage>();
let last: BuiltStage;
const own = join(folder, 'own');

const context = join(folder, 'context');

beforeAll(() => {
  copyContext(root, context);
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), '--outdir', own], {
    env: { ...environment, NODE_OPTIONS: '' },
  });
  const env = {
    ...environment,
    NODE_OPTIONS: '',
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    npm_config_prefer_offline: 'true',
  };
  const parsed = stagesOf(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  for (const [index, stage] of parsed.entries()) {
    const place = join(folder, `stage-${index}`);
    last = carryOut(stage, { folder: place, context, earlier: stages, env });
    if (stage.name !== undefined) stages.set(stage.name, last);
  }
}, BUILD_TIMEOUT_MS);

describe('the stages of the Dockerfile, with nothing but what they copy', () => {
  it('make the bundle that npm run build makes, byte for byte', () => {
    const bundle = filesOf(own);
    expect(Object.keys(bundle)).toContain('csr-approver.mjs');

    // As text it would be printed whole where it differs.
    const made = filesOf(join(stages.get('build')?.folder ?? '', 'build/dist'));
    expect(Object.keys(made)).toEqual(Object.keys(bundle));
    expect(Object.keys(bundle).filter((name) => made[name] !== bundle[name])).toEqual([]);
  });

  it('leave the bundle and the licence in the image, for everybody to read, and nothing else', () => {
    const app = join(last.folder, last.workdir);
    const names = [...Object.keys(filesOf(own)), 'LICENSE'];

    expect(readdirSync(last.folder)).toEqual(['app']);
    expect(readdirSync(app).toSorted()).toEqual(names.toSorted());
    expect(
      readdirSync(app).filter((name) => (statSync(join(app, name)).mode & 0o004) === 0),
    ).toEqual([]);
  });

  describe('started as the image says', () => {
    const bin = join(folder, 'bin');

    beforeAll(() => {
      mkdirSync(bin);
      copyFileSync(process.execPath, join(bin, 'node'));
    });

    /** With its own entry point, user and environment, and no other variable than the path of Node. */
    const start = (args: readonly string[], words = last.entrypoint) => {
      const [program = '', ...rest] = words.map((word) =>
        word.startsWith('/') ? join(last.folder, word) : word,
      );
      const [uid, gid] = (last.user ?? '').split(':').map(Number);
      // Only root may become somebody else.
      const user = process.getuid?.() === 0 ? { uid, gid } : {};
      const options = { cwd: join(last.folder, last.workdir), encoding: 'utf8', ...user } as const;
      return spawnSync(program, [...rest, ...args], {
        ...options,
        env: { ...last.env, PATH: bin },
      });
    };

    it('tells its version', () => {
      expect(start(['version'])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    });

    it('tells the flags of its own command', () => {
      expect(last.cmd).toEqual(['run']);
      const { status, stdout, stderr } = start([...last.cmd, '--help']);

      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('--policy-configmap');
    });

    it('has the heap that it is given', () => {
      const print = 'console.log(v8.getHeapStatistics().heap_size_limit / 1024 / 1024)';
      const { stdout } = start(['-e', print], ['node']);

      expect(Number(stdout)).toBeGreaterThan(90);
      expect(Number(stdout)).toBeLessThan(110);
    });
  });
});

const cluster = await startCluster();

const describeImage = describeWithBuildah();

describeImage('the image, built by buildah on the Node of this machine', () => {
  const buildah = startBuildah(join(folder, 'buildah'));
  const mnt = join(folder, 'mnt');
  const started: ChildProcess[] = [];
  let image: Image;

  // After the stages above, npm's cache has all packages.
  beforeAll(() => {
    mkdirSync(join(folder, 'buildah'));
    mkdirSync(mnt);
    for (const name of ['Dockerfile', '.dockerignore']) {
      copyFileSync(join(root, name), join(context, name));
    }
    image = buildah.build(context);
  }, BUILD_TIMEOUT_MS);
  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
    buildah.remove();
  }, BUILD_TIMEOUT_MS);

  /** What it printed, once it has ended. */
  async function ended(
    child: ChildProcess,
  ): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) =>
      stream?.setEncoding('utf8').toArray(),
    );
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout: (await stdout)?.join('') ?? '', stderr: (await stderr)?.join('') ?? '' };
  }

  it('holds what the stages above make', () => {
    const [inImage, inStage] = [join(image.folder, 'app'), join(last.folder, 'app')].map(filesOf);

    expect(Object.keys(inImage ?? {})).toEqual(Object.keys(inStage ?? {}));
    expect(
      Object.keys(inStage ?? {}).filter((name) => inImage?.[name] !== inStage?.[name]),
    ).toEqual([]);
  });

  it('says what it is, of which version, and what it stands on', () => {
    expect(image.config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'kube-csr-approver',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.base.name': expect.stringMatching(/^localhost\//),
    });
    expect(image.config).toMatchObject({
      User: last.user,
      Cmd: last.cmd,
      WorkingDir: last.workdir,
    });
  });

  it('tells its version on a root that nobody can write', async () => {
    expect(await ended(image.start(['version'], mnt))).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  it(
    'decides and signs a request of a real API server, and ends when it is told to',
    async () => {
      const { certPem, keyPem } = cluster.plane.clientCa;
      const policy = (await developersPolicy(cluster)).replace(/ca: .*/, `ca: ${CA_IN_IMAGE}`);
      const files = {
        kubeconfig: readFileSync(cluster.plane.kubeconfigPath),
        'policy.yaml': policy,
        'ca.crt': certPem,
        'ca.key': keyPem,
      };
      for (const [name, text] of Object.entries(files)) writeFileSync(join(mnt, name), text);
      const flags = ['--kubeconfig', '/mnt/kubeconfig', '--policy-file', '/mnt/policy.yaml'];
      const controller = image.start([...image.config.Cmd, ...flags], mnt);
      started.push(controller);
      const ending = ended(controller);

      await cluster.ask('from-the-image', { as: developer('jane') });
      const pem = await cluster.issued('from-the-image', START_TIMEOUT_MS);
      expect(new X509Certificate(pem).subject).toContain('CN=jane');
      controller.kill('SIGTERM');

      const { code, stdout, stderr } = await ending;
      expect([code, stderr]).toEqual([0, '']);
      const log = new LogReader();
      log.add(stdout);
      log.check();
      expect(log.linesOf('certificate issued', { csr: 'from-the-image' })).toHaveLength(1);
    },
    START_TIMEOUT_MS,
  );
});
