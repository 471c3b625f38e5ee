// SPDX-License-Identifier: Apache-2.0
// Reads a Dockerfile, of the forms that ours has, into its stages.

export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

export interface Stage {
  /** Undefined for a stage that no other one copies from. */
  readonly name: string | undefined;
  /** The image it begins with, as it is written. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

export interface Copy {
  /** The stage that it copies from; undefined for the files that the build is given. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/** The stages in their order. Throws at a stage that begins in another way than ours do. */
export function stagesOf(text: string): readonly Stage[] {
  const stages: { name: string | undefined; base: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.word !== 'FROM') {
      stages.at(-1)?.instructions.push(instruction);
      continue;
    }
    const pattern = /^(?:--platform=\S+ )?(?<base>\S+)(?: AS (?<name>\S+))?$/;
    const { base, name } = pattern.exec(instruction.rest)?.groups ?? {};
    if (base === undefined) throw new Error(`FROM ${instruction.rest}`);
    stages.push({ name, base, instructions: [] });
  }
  return stages;
}

/** Instructions with continued lines joined and comments gone. */
const instructionsOf = (text: string): readonly Instruction[] =>
  text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return { word, rest };
    });

/** What follows a word in a stage, once for each time that it is there. */
export const linesOf = (stage: Stage, word: string): readonly string[] =>
  stage.instructions.filter((each) => each.word === word).map(({ rest }) => rest);

export function copyOf(rest: string): Copy {
  const [, from, paths = ''] = /^(?:--from=(\S+)\s+)?(.*)$/.exec(rest) ?? [];
  const words = paths.split(/\s+/);
  return { from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
}

/** The pairs of ENV and LABEL; a value with spaces stands in double quotes. */
export const pairsOf = (rest: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...rest.matchAll(/(\S+?)=(?:"([^"]*)"|(\S+))/g)].map(([, name = '', quoted, bare]) => [
      name,
      quoted ?? bare ?? '',
    ]),
  );

/** The words of ENTRYPOINT and CMD, which are JSON here. */
export const wordsOf = (rest: string | undefined): readonly string[] =>
  JSON.parse(rest ?? '[]') as readonly string[];
