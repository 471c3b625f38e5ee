// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TEMPLATE_NAMES } from '../../../src/policy/templates.js';
import {
  dnsKind,
  emailKind,
  nodeKind,
  parseWord,
  plainKind,
  subjectKind,
  type WordKind,
} from '../../../src/policy/words.js';
import type { Bindings } from '../../../src/vocabulary/matchers.js';

const bindings: Bindings = {
  'requester.username': ['jane'],
  'requester.groups': ['dev', 'qa'],
  'node.name': ['worker-1'],
};

const matches = (
  text: string,
  value: string,
  kind: WordKind = plainKind,
  values: Bindings = bindings,
): boolean => {
  const word = parseWord(text, kind, TEMPLATE_NAMES);
  if (!word.ok) throw new RangeError(word.error.message);
  return word.value.matches(value, values);
};

describe('a word', () => {
  it.each([
    ['a literal matches itself', 'dev-team', 'dev-team', true],
    ['a literal matches nothing longer', 'dev-team', 'dev-team-2', false],
    ['a literal keeps its case', 'dev-team', 'Dev-team', false],
    ['a dot of a literal is a dot', 'a.b', 'axb', false],
    ['a pattern matches', '/dev-[a-z]+/', 'dev-team', true],
    ['a pattern is over the whole value: nothing before', '/dev/', 'my-dev', false],
    ['a pattern is over the whole value: nothing behind', '/dev/', 'dev-team', false],
    ['a pattern is over the whole value: no line behind', '/dev/', 'dev\n', false],
    ['a pattern of several lines is over the whole value', '/(?m)^dev$/', 'dev\nops', false],
    ['a choice of a pattern is over the whole value', '/dev|ops/', 'ops-team', false],
    ['a pattern may hold slashes', String.raw`/spiffe:\/\/a\/b/`, 'spiffe://a/b', true],
    ['a pattern may hold bare slashes', '/spiffe://a/b/', 'spiffe://a/b', true],
    ['a pattern may hold a brace', String.raw`/a\{b\}/`, 'a{b}', true],
    ['a pattern may count', '/a{2,3}/', 'aaa', true],
    ['a pattern may name a class', String.raw`/\p{Greek}+/`, 'λ', true],
    ['a pattern keeps its case', '/dev/', 'DEV', false],
    ['a pattern may ignore case', '/(?i)dev/', 'DEV', true],
    ['a template inserts the user name', '{requester.username}', 'jane', true],
    ['a template may be part of a text', 'oidc:{requester.username}!', 'oidc:jane!', true],
    ['a template matches nothing else', 'oidc:{requester.username}', 'oidc:jim', false],
    ['a template with groups means any of them', 'g:{requester.groups}', 'g:qa', true],
    ['a template with groups means one of them', 'g:{requester.groups}', 'g:devqa', false],
    ['a template may insert several values', '{requester.groups}/{node.name}', 'qa/worker-1', true],
  ])('%s', (_, text, value, expected) => {
    expect(matches(text, value)).toBe(expected);
  });

  it('that inserts a value without one matches nothing, not even the empty text', () => {
    expect(matches('{node.name}', '', plainKind, { 'node.name': [] })).toBe(false);
  });

  it.each(['.*', '/.*/', '{requester.groups}', '$&', '\\', '*'])(
    'inserts the user name %p as it is',
    (username) => {
      const values: Bindings = { ...bindings, 'requester.username': [username] };

      expect(matches('{requester.username}', username, plainKind, values)).toBe(true);
      expect(matches('{requester.username}', 'jane', plainKind, values)).toBe(false);
      expect(matches('{requester.username}', 'dev', plainKind, values)).toBe(false);
    },
  );

  it('matches by template exactly what is inserted, for every user name and value', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (username, value) => {
        const values: Bindings = { 'requester.username': [username] };
        expect(matches('{requester.username}', value, plainKind, values)).toBe(username === value);
      }),
    );
  });
});

describe('the name of a node', () => {
  it.each([
    ['edge', true],
    ['Edge', false],
    ['edge.', false],
  ])('is compared as it is: %s', (value, expected) => {
    expect(matches('edge', value, nodeKind)).toBe(expected);
  });
});

describe('a DNS name', () => {
  it.each([
    ['is compared without regard to case', 'web.example.com', 'WEB.Example.com', true],
    ['may be written in capitals', 'WEB.example.com', 'web.example.com', true],
    ['is compared without one dot at the end', 'web.example.com', 'web.example.com.', true],
    ['is not compared without two', 'web.example.com', 'web.example.com..', false],
    [
      'is matched by a pattern without regard to case',
      '/[a-z]+\\.EXAMPLE\\.com/',
      'Web.example.COM.',
      true,
    ],
    ['is matched as a whole', '/[a-z]+\\.example\\.com/', 'web.example.com.evil', false],
    ['is inserted without regard to case', '{node.name}.example.com', 'Worker-1.example.com', true],
    ['with a dot before it is every name below', '.Example.com', 'a.b.example.COM.', true],
    ['with a dot before it is not itself', '.example.com', 'example.com', false],
    ['with a dot before it is no name that only ends alike', '.example.com', 'aexample.com', false],
  ])('%s', (_, text, value, expected) => {
    expect(matches(text, value, dnsKind)).toBe(expected);
  });
});

describe('an e-mail address', () => {
  it.each([
    ['is compared as it is', 'a@corp.example', 'a@corp.example', true],
    ['keeps its case', 'a@corp.example', 'A@corp.example', false],
    ['of any name is written with the at sign in front', '@corp.example', 'a@corp.example', true],
    ['of any name has a name', '@corp.example', '@corp.example', false],
    ['of another domain is another', '@corp.example', 'a@sub.corp.example', false],
  ])('%s', (_, text, value, expected) => {
    expect(matches(text, value, emailKind)).toBe(expected);
  });
});

describe('a pattern that makes other engines run for ever', () => {
  it.each([
    ['nested repetition', '/(a+)+b/'],
    ['overlapping choices', '/(a|aa)+b/'],
    ['many repetitions in a row', `/${'a?'.repeat(100)}${'a'.repeat(100)}b/`],
    ['a late mismatch', '/(.*a){20}b/'],
  ])('is quick on the longest value: %s', (_, text) => {
    const word = parseWord(text, subjectKind);
    const startedMs = performance.now();

    const answer = word.ok && word.value.matches('a'.repeat(512), {});

    expect([word.ok, answer]).toEqual([true, false]);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});
