// SPDX-License-Identifier: Apache-2.0
// docs/audit-log.md and docs/audit-log.schema.json are written from the declaration of the log. UPDATE_DOCS=1 writes them anew.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CHAPTERS } from '../../../src/telemetry/log-schema.js';
import { createLog } from '../../../src/telemetry/log.js';
import { logJsonSchema, logReference } from '../../support/log-schema-document.js';
import { lineProblem } from '../../support/log-reader.js';

const PAGE = new URL('../../../docs/audit-log.md', import.meta.url);
const SCHEMA = new URL('../../../docs/audit-log.schema.json', import.meta.url);

const rendered = `${JSON.stringify(logJsonSchema, undefined, 2)}\n`;
const begin = logReference.slice(0, logReference.indexOf('\n'));
/** What people wrote: everything before the reference. */
const prose = (page: string): string => page.split(`${begin}\n`)[0] ?? '';

if (process.env['UPDATE_DOCS'] === '1') {
  writeFileSync(SCHEMA, rendered);
  writeFileSync(PAGE, prose(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '') + logReference);
}

const messages = Object.values(CHAPTERS).flatMap((chapter) => Object.keys(chapter.messages));

/** What one call to the log writes. */
function written(write: (log: ReturnType<typeof createLog>) => void): string {
  let line = '';
  write(createLog('debug', { write: (text) => void (line += text) }));
  return line.trimEnd();
}

describe('the documentation of the log', () => {
  it('has the reference that the declaration makes', () => {
    const page = readFileSync(PAGE, 'utf8');

    expect(page).toBe(prose(page) + logReference);
    expect(prose(page).length).toBeGreaterThan(1000);
  });

  it('has the JSON Schema that the declaration makes', () => {
    expect(readFileSync(SCHEMA, 'utf8')).toBe(rendered);
  });

  it('speaks of no line that is not declared', () => {
    const named = [...prose(readFileSync(PAGE, 'utf8')).matchAll(/\.message == "([^"]+)"/g)];

    expect(named.length).toBeGreaterThan(3);
    expect(
      named.map(([, message]) => message).filter((each) => !messages.includes(each ?? '')),
    ).toEqual([]);
  });
});

describe('the declaration', () => {
  it('has each message once, each a constant in words, most of them in lower case', () => {
    expect(new Set(messages).size).toBe(messages.length);
    expect(messages.filter((message) => !/^[A-Za-z0-9 :]{4,110}$/.test(message))).toEqual([]);
  });

  it('says when each line is written, and what each field means', () => {
    const chapters = Object.values(CHAPTERS);
    const unsaid = chapters.flatMap(({ fields }) =>
      Object.entries(fields).filter(([, { meaning }]) => meaning === ''),
    );

    expect(chapters.filter(({ when }) => !/^[A-Z].*\.$/.test(when))).toEqual([]);
    expect(unsaid).toEqual([]);
  });
});

describe('the JSON Schema', () => {
  const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(logJsonSchema);
  const paused = written((log) => log.warn({}, 'paused'));

  it('takes a line of ours, and so does what the tests hold every line to', () => {
    expect(validate(JSON.parse(paused))).toBe(true);
    expect(lineProblem(paused)).toBeUndefined();
  });

  const fault = { name: 'Error', detail: 'x', stack: [] };
  const other: Readonly<Record<string, string>> = {
    'with a message that is not declared': paused.replace('"paused"', '"paused?"'),
    'with a field that is not declared': paused.replace('{', '{"by":"jane",'),
    'at a level that the line does not have': paused.replace('"warn"', '"info"'),
    'without a field that is always there': written((log) =>
      log.error({ where: 'here', fault }, 'fault'),
    ).replace('"where":"here",', ''),
    'with a word that is not of the closed set': written((log) =>
      log.warn({ collection: 'nodes', reason: 'cut', detail: '', delayMs: 1 }, 'watch ended'),
    ).replace('"cut"', '"torn"'),
    'with a reason code that is not in the catalogue': written((log) =>
      log.warn({ reason: 'ObjectUnreadable', at: 'spec' }, 'certificate request not readable'),
    ).replace('ObjectUnreadable', 'ObjectUnread'),
    'with a character that moves text': written((log) =>
      log.warn({ reason: 'ObjectUnreadable', at: 'spec' }, 'certificate request not readable'),
    ).replace('"spec"', '"sp\\u202eec"'),
    'that is no JSON': paused.slice(1),
  };

  it.each(Object.entries(other))('refuses a line %s', (_, line) => {
    const isObject = line.startsWith('{');

    expect(isObject && validate(JSON.parse(line))).toBe(false);
    expect(lineProblem(line)).toBeDefined();
  });
});
