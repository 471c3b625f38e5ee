// SPDX-License-Identifier: Apache-2.0
// Carries out the stages of a Dockerfile in empty folders, with nothing but what they copy and no engine.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { type Instruction, type Stage, copyOf, pairsOf, wordsOf } from './dockerfile.js';

/** What a stage has become. */
export interface BuiltStage {
  /** What would be `/`. It holds nothing of the image that the stage begins with. */
  readonly folder: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | undefined;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
}

/** Copies what .dockerignore lets through: what a build is given. It understands the form `*` and then `!path`. */
export function copyContext(root: string, folder: string): void {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  for (const path of lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
}

/**
 * Carries out a stage in `folder`. `context` is what the build is given, `earlier` the stages before by name, `env` what
 * the commands find beside what the stage sets. Throws where a command fails, and at a word that it does not know.
 */
export function carryOut(
  stage: Stage,
  options: {
    readonly folder: string;
    readonly context: string;
    readonly earlier: ReadonlyMap<string, BuiltStage>;
    readonly env: NodeJS.ProcessEnv;
  },
): BuiltStage {
  const { folder, context, earlier } = options;
  let built: BuiltStage = {
    folder,
    workdir: '/',
    env: {},
    user: undefined,
    entrypoint: [],
    cmd: [],
  };
  const inside = (path: string): string => join(folder, posix.resolve(built.workdir, path));

  const copy = (rest: string): void => {
    const { from, sources, target } = copyOf(rest);
    const origin = from === undefined ? context : earlier.get(from)?.folder;
    if (origin === undefined) throw new Error(`COPY ${rest}: there is no stage ${from}`);
    for (const source of sources) {
      const path = join(origin, source);
      // Of a folder its content is copied; a file keeps its name in a target that is a folder.
      const isFolder = statSync(path).isDirectory();
      const to = isFolder || !target.endsWith('/') ? target : `${target}${basename(source)}`;
      cpSync(path, inside(to), { recursive: true });
    }
  };
  const run = (command: string): void => {
    execFileSync('sh', ['-ec', command], {
      cwd: inside('.'),
      env: { ...options.env, ...built.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  const steps: Readonly<Record<string, (rest: string) => void>> = {
    ARG: () => undefined,
    LABEL: () => undefined,
    WORKDIR: (rest) => {
      built = { ...built, workdir: posix.resolve(built.workdir, rest) };
      mkdirSync(inside('.'), { recursive: true });
    },
    COPY: copy,
    RUN: run,
    ENV: (rest) => (built = { ...built, env: { ...built.env, ...pairsOf(rest) } }),
    USER: (user) => (built = { ...built, user }),
    ENTRYPOINT: (rest) => (built = { ...built, entrypoint: wordsOf(rest) }),
    CMD: (rest) => (built = { ...built, cmd: wordsOf(rest) }),
  };
  mkdirSync(folder, { recursive: true });
  for (const { word, rest } of stage.instructions) stepOf(steps, word)(rest);
  return built;
}

function stepOf(
  steps: Readonly<Record<string, (rest: string) => void>>,
  word: Instruction['word'],
): (rest: string) => void {
  const step = steps[word];
  if (step === undefined) throw new Error(`no test knows what ${word} does in the Dockerfile`);
  return step;
}
