// SPDX-License-Identifier: Apache-2.0
// Whatever a requester, a Node or an API server puts into a field: a line stays one line, of valid JSON, as declared,
// without characters that move text, and of bounded length.

import { describe, expect, it } from '@jest/globals';
import { logDecision } from '../../../src/telemetry/decision-line.js';
import { logIssuance } from '../../../src/telemetry/issuance-line.js';
import type { Field } from '../../../src/telemetry/log-field.js';
import { CHAPTERS } from '../../../src/telemetry/log-schema.js';
import type { Chapter } from '../../../src/telemetry/log-schema/chapter.js';
import { createLog, type Log } from '../../../src/telemetry/log.js';
import { logOtherApprover } from '../../../src/telemetry/other-approver-line.js';
import { logFault, logPolicyLoaded, logPolicyRefused } from '../../../src/telemetry/run-lines.js';
import { logShadow } from '../../../src/telemetry/shadow-line.js';
import type { SubjectAltName } from '../../../src/request/facts.js';
import { namesOf } from '../../../src/authority/issuance.js';
import {
  MAX_LOG_LINE_BYTES,
  MAX_POLICY_BYTES,
  MAX_REQUEST_PEM_BYTES,
} from '../../../src/vocabulary/limits.js';
import { printable } from '../../../src/vocabulary/printable.js';
import {
  decideFully,
  makeCase,
  makeCsr,
  makeFacts,
  makePolicy,
  makeRule,
} from '../../support/decide.js';
import { lineProblem } from '../../support/log-reader.js';

const HOSTILE: Readonly<Record<string, string>> = {
  'a line break and another line': 'eve\n{"level":"info","message":"certificate issued"}',
  'a carriage return': 'eve\rroot',
  'escapes of a terminal': '\u001b[2J\u001b[31mred\u001b]8;;http://evil.example\u0007',
  'one-byte escapes of a terminal': 'eve\u009b31m',
  'marks that turn text around': 'nimda\u202e\u2066admin\u2069\u200f',
  'characters without width': 'ad\u200bmin\ufeff\u00ad\u2060',
  'line ends of Unicode': 'eve\u2028root\u2029\u0085',
  'quotes, backslashes and braces': '"}\\","level":"error',
  'an escape that somebody typed': '\\u{a}\\n',
  'a NUL': 'eve\u0000root',
  'half a character': 'eve\ud83d',
  'letters of other scripts and pictures': 'Ægir 山田 🦊',
  'marks stacked on a letter': `a${'\u0301'.repeat(500)}`,
  '64 KB': 'A'.repeat(64 * 1024),
  '64 KB of what grows when it is escaped': '\u202e'.repeat(64 * 1024),
};

/** What one call writes, as the file would have it. */
function written(write: (log: Log) => void): string {
  let text = '';
  write(createLog('debug', { write: (line) => void (text += line) }));
  return text;
}

/** Control, format, separator and unassigned characters, and halves of characters. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

function expectSafe(text: string, mostBytes = MAX_LOG_LINE_BYTES): void {
  const [line = '', ...others] = text.split('\n');
  expect(others).toEqual(['']);
  expect(lineProblem(line)).toBeUndefined();
  expect(line).not.toMatch(UNSEEN);
  expect(Buffer.byteLength(line)).toBeLessThanOrEqual(mostBytes);
}

/** Every text that others choose, made of `text`. */
const requestOf = (text: string) => {
  const sans: readonly SubjectAltName[] = Array.from({ length: 100 }, () => ({
    kind: 'uri',
    value: text.slice(0, 512),
  }));
  const facts = makeFacts({
    commonName: text.slice(0, 512),
    organizations: Array.from({ length: 31 }, () => text.slice(0, 512)),
    sans,
  });
  const requester = {
    username: text,
    uid: text,
    groups: Array.from({ length: 10_000 }, () => text.slice(0, 300)),
    extra: { [text]: [text], 'authentication.kubernetes.io/credential-id': [text] },
  };
  const csr = makeCsr({ name: text, uid: text, requester, usages: [text, 'client auth'] });
  return { csr, facts };
};

const decisionOf = (text: string) => {
  const { csr, facts } = requestOf(text);
  const subject = makeCase({ csr: { ...csr, signerName: makeCsr().signerName }, facts });
  const rules = [
    makeRule({ match: { ...makeRule().match, requester: 'anyone' } }),
    ...Array.from({ length: 30 }, (_, index) =>
      makeRule({
        name: `shadow-${index}`,
        mode: 'shadow',
        match: { ...makeRule().match, requester: 'anyone' },
      }),
    ),
  ];
  return { csr, facts, decision: decideFully(subject, makePolicy(rules)).decision };
};

const policyHash = '3f9c1a2b';
/** Base64 takes four characters for three bytes. */
const REQUEST_DER_BYTES = Math.floor((MAX_REQUEST_PEM_BYTES * 3) / 4);

/** Each function that writes texts of others, given nothing but such a text. */
const WRITERS: Readonly<Record<string, (log: Log, text: string) => void>> = {
  'a decision': (log, text) => logDecision(log, { ...decisionOf(text), durationMs: 1 }),
  'a certificate': (log, text) => {
    const { csr, facts } = requestOf(text);
    logIssuance(log, {
      csr,
      outcome: 'published',
      code: undefined,
      message: text,
      certificate: {
        serial: 'f'.repeat(40),
        subject: text,
        ...namesOf(facts),
        notBeforeMs: 0,
        notAfterMs: 0,
        spkiSha256: 'f'.repeat(64),
        certificateSha256: 'f'.repeat(64),
        caKeyId: 'f'.repeat(40),
      },
      approval: { reason: text, rule: undefined, policyHash: undefined },
      policyHash,
      durationMs: 1,
    });
  },
  'a shadow rule': (log, text) =>
    logShadow(log, {
      csr: requestOf(text).csr,
      rule: 'developers',
      would: 'approve',
      decided: 'deny',
      reason: text,
      verdict: 'disagrees',
      totals: { agrees: 0, disagrees: 1, undecided: 0 },
      policyHash,
    }),
  'another approver': (log, text) =>
    logOtherApprover(log, {
      csr: requestOf(text).csr,
      rule: 'developers',
      judged: 'approve',
      decided: 'deny',
      reason: text,
      verdict: 'disagrees',
      policyHash,
    }),
  'a fault': (log, text) => logFault(log, text, new TypeError(text)),
  'a refused policy': (log, text) =>
    logPolicyRefused(log, {
      source: text,
      inForce: undefined,
      problems: Array.from({ length: 100 }, () => ({ code: 'PolicySyntax', text })),
    }),
};

describe.each(Object.entries(WRITERS))('the line of %s', (_, write) => {
  it.each(Object.entries(HOSTILE))('stays one safe line with %s', (_name, text) => {
    expectSafe(written((log) => write(log, text)));
  });
});

describe('the line of a decision', () => {
  const line = (text: string) =>
    JSON.parse(written((log) => WRITERS['a decision']?.(log, text))) as Record<string, unknown>;

  it('shows 32 of 10,000 groups, and says how many are missing', () => {
    const { groups, groupsLeftOut } = line('eve');

    expect(groups).toEqual(Array.from({ length: 32 }, () => 'eve'));
    expect(groupsLeftOut).toBe(9_968);
  });

  it('shows 16 of 30 shadow rules, and says how many are missing', () => {
    const { shadow, shadowLeftOut } = line('eve');

    expect([shadow, shadowLeftOut]).toMatchObject([{ length: 16 }, 14]);
  });

  it('does not take what somebody typed for an escape', () => {
    expect(line('\\u{a}')['requester']).toBe('\\\\u{a}');
    expect(line('\n')['requester']).toBe('\\u{a}');
  });

  it('leaves letters of every script as they are', () => {
    expect(line('山田')['requester']).toBe('山田');
  });

  it('says of a text that is cut how much is missing', () => {
    expect(line('A'.repeat(1_000))['requester']).toBe(`${'A'.repeat(200)}… (800 more)`);
  });
});

describe('what a requester can make of a line', () => {
  it('is at most 64 KiB, with a request as large as is read, all of it text that grows when it is escaped', () => {
    const value = '"'.repeat(Math.floor(REQUEST_DER_BYTES / 31));
    const facts = makeFacts({
      commonName: value,
      organizations: Array.from({ length: 30 }, () => value),
      sans: [],
    });
    const { csr } = requestOf('"'.repeat(253));
    const requester = { ...csr.requester, groups: ['oidc:dev-team', 'system:authenticated'] };

    const text = written((log) =>
      logIssuance(log, {
        csr: { ...csr, requester },
        outcome: 'published',
        code: undefined,
        message: undefined,
        certificate: {
          serial: 'f'.repeat(40),
          subject: [...facts.organizations, value]
            .map((each) => `O=${printable(each, 512)}`)
            .join(', '),
          ...namesOf(facts),
          notBeforeMs: 0,
          notAfterMs: 0,
          spkiSha256: 'f'.repeat(64),
          certificateSha256: 'f'.repeat(64),
          caKeyId: 'f'.repeat(40),
        },
        approval: { reason: '"', rule: undefined, policyHash: undefined },
        policyHash,
        durationMs: 1,
      }),
    );

    expectSafe(text, 64 * 1024);
    expect(text.length).toBeGreaterThan(REQUEST_DER_BYTES);
  });
});

describe('the line of a policy', () => {
  const policy = (text: string) =>
    written((log) =>
      logPolicyLoaded(log, {
        hash: policyHash,
        parts: [{ name: 'policy.yaml', text }],
        source: 'file',
        resourceVersion: undefined,
        fieldManager: '\u202emanager',
        isLastGood: false,
      }),
    );

  it.each(Object.entries(HOSTILE))('has its very text, also with %s', (_name, text) => {
    const line = policy(text);

    expectSafe(line, 6 * MAX_POLICY_BYTES);
    expect((JSON.parse(line) as Record<string, unknown>)['text']).toBe(text);
  });
});

/** More than a field may hold, of the character that takes the most room. */
function overfull(field: Field, character: string): unknown {
  switch (field.kind) {
    case 'word':
      return field.values.at(-1);
    case 'text':
      return character.repeat(field.most * 2);
    case 'exact':
      return character.repeat(1_000);
    case 'list':
      return Array.from({ length: field.most * 2 }, () => overfull(field.of, character));
    case 'map':
      return { [character]: overfull(field.of, character) };
    case 'record':
      return Object.fromEntries(
        Object.entries(field.fields).map(([name, each]) => [name, overfull(each, character)]),
      );
    case 'code':
      return 'KubeletSignerNeedsPreset';
    case 'time':
      return new Date(0).toISOString();
    case 'hex':
      return 'f'.repeat(64);
    case 'flag':
      return true;
    case 'count':
    case 'number':
      return 1;
  }
}

describe('every line that is declared', () => {
  const lines = Object.values<Chapter>(CHAPTERS).flatMap(({ messages, fields }) =>
    Object.entries(messages).map(([message, [level]]) => ({ message, level, fields })),
  );

  it.each(lines)('stays within its bounds when every field overflows: $message', (declared) => {
    const { message, level, fields } = declared;
    for (const character of ['\\', 'ﷺ', '𝕏', '\u202e', '"']) {
      const values = Object.fromEntries(
        Object.entries<Field>(fields).map(([name, field]) => [name, overfull(field, character)]),
      );

      expectSafe(written((log) => log[level](values as never, message as never)));
    }
  });

  it('also when somebody writes what is not declared', () => {
    const deep = { a: { b: { c: { d: { e: 'x' } } } } };
    const values = { big: 'A'.repeat(9_000), many: Array(9_000).fill('\u202e'), deep };

    const text = written((log) => log.info(values as never, 'something else' as never));

    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toMatch(/[\p{C}\p{Zl}\p{Zp}](?!$)/u);
    expect(text.length).toBeLessThan(4_000);
  });
});
