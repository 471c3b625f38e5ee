// Every command that a page shows is run by a test, or listed with the reason why it cannot be.
import { expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  documentedCommands,
  pagesOfTheTree,
  textOf,
  entriesOfNothing,
} from '../support/docs-commands.js';
import { projectRoot } from '../support/readme-examples.js';

const RUNBOOKS = 'docs/runbooks/';
/** Pages that show how an answer looks; of a cluster that is not there. */
const SHAPES: readonly string[] = ['docs/explain.md'];

const commands = documentedCommands();

it('every command of every page is accounted for in test/support/docs-commands.ts', () => {
  expect(commands.length).toBeGreaterThan(60);
  expect(
    commands
      .filter(({ treatment }) => treatment === undefined)
      .map(({ page, command }) => `${page}: ${command}`),
  ).toEqual([]);
});

it('nothing is accounted for that no page shows any more', () => {
  expect(entriesOfNothing()).toEqual([]);
});

it('the tests that are said to run them are there, and know the page', () => {
  const unknown = commands.filter(({ page, treatment }) => {
    if (treatment === undefined || 'not' in treatment) return false;
    const file = join(projectRoot, treatment.run);
    if (!existsSync(file)) return true;
    const text = readFileSync(file, 'utf8');
    const names = [basename(page), ...(page.startsWith(RUNBOOKS) ? [RUNBOOKS] : [])];
    return !names.some((name) => text.includes(name));
  });

  expect(unknown.map(({ page, command }) => `${page}: ${command}`)).toEqual([]);
});

it('commands stand in blocks of the kind `sh`, at the beginning of the line, where they are found', () => {
  const having = (pattern: RegExp): readonly string[] =>
    pagesOfTheTree().filter((page) => pattern.test(textOf(page)));

  expect(having(/^ *```(bash|shell|zsh)|^ +```sh/m)).toEqual([]);
  expect(having(/^ *```console/m)).toEqual(SHAPES);
});
