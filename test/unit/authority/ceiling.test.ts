import { describe, expect, it } from '@jest/globals';
import { ceilingViolations } from '../../../src/authority/ceiling.js';
import type { SignerEntry } from '../../../src/authority/signer-entry.js';
import type { RequestFacts } from '../../../src/request/facts.js';
import { dns, ip, makeCsr, makeFacts, matcher, ranges } from '../../support/decide.js';
import { makeCeiling, makeEntry } from '../../support/signing.js';

const MESH = 'example.com/mesh';
const uri = (value: string) => ({ kind: 'uri', value }) as const;
const email = (value: string) => ({ kind: 'email', value }) as const;

const meshEntry = (): SignerEntry =>
  makeEntry({
    signerName: MESH,
    allow: makeCeiling({
      commonName: [matcher('jane')],
      organizations: [matcher('dev'), matcher('qa')],
      dns: [matcher('a.example')],
      ip: ranges('10.0.0.0/8'),
      uri: [matcher('spiffe://a/b')],
      email: [matcher('jane@a.example')],
    }),
  });

const everything = [dns('a.example'), ip('10.1.2.3'), uri('spiffe://a/b'), email('jane@a.example')];

const look = (
  facts: Partial<RequestFacts> = {},
  usages: readonly string[] = ['client auth'],
  entry: SignerEntry = meshEntry(),
) =>
  ceilingViolations(
    makeCsr({ usages, signerName: entry.signerName }),
    makeFacts({ sans: everything, ...facts }),
    entry,
  );

describe("a signer's ceiling", () => {
  it('lets pass what lies within it', () => {
    expect(look()).toEqual([]);
  });

  it('asks for nothing: a request without names lies within it', () => {
    expect(look({ commonName: undefined, organizations: [], sans: [] })).toEqual([]);
  });

  it.each<readonly [string, Partial<RequestFacts>, readonly string[] | undefined]>([
    ['CeilingCommonName', { commonName: 'joe' }, undefined],
    ['CeilingOrganization', { organizations: ['dev', 'admins'] }, undefined],
    ['CeilingDnsName', { sans: [dns('b.example')] }, undefined],
    ['CeilingAddress', { sans: [ip('11.0.0.1')] }, undefined],
    ['CeilingUri', { sans: [uri('spiffe://a/c')] }, undefined],
    ['CeilingEmail', { sans: [email('joe@a.example')] }, undefined],
    ['CeilingUsage', {}, ['client auth', 'server auth']],
  ])('refuses with %s what lies beyond it', (code, facts, usages) => {
    expect(look(facts, usages).map((violation) => violation.code)).toEqual([code]);
  });

  it('judges a subject attribute that it names, and only that', () => {
    const allow = makeCeiling({
      commonName: [matcher('jane')],
      attributes: { OU: [matcher('lab')] },
    });
    const entry = makeEntry({ signerName: MESH, allow });
    const codes = (type: string, value: string) => {
      const attribute = { oid: '2.5.4.11', type, value, stringType: 'UTF8String' };
      const facts = { organizations: [], sans: [], subject: [attribute] };
      return look(facts, undefined, entry).map(({ code }) => code);
    };

    expect([codes('OU', 'lab'), codes('C', 'DE'), codes('OU', 'staff')]).toEqual([
      [],
      [],
      ['CeilingAttribute'],
    ]);
  });

  it('names what is refused and what is given', () => {
    expect(look({ organizations: ['dev', 'admins\n'] })[0]?.message).toBe(
      'organization "admins\\u{a}" is not given by this signer (given: dev, qa)',
    );
  });

  it('gives nothing of a kind that it does not mention', () => {
    const entry = makeEntry({ signerName: MESH, allow: makeCeiling() });

    expect(look({}, ['client auth'], entry).map(({ code }) => code)).toEqual([
      'CeilingCommonName',
      'CeilingOrganization',
      'CeilingDnsName',
      'CeilingAddress',
      'CeilingUri',
      'CeilingEmail',
    ]);
  });

  it('that nobody wrote gives nothing, where the signer has no contract either', () => {
    const entry = makeEntry({ signerName: MESH, allow: undefined });

    expect(look({ sans: [] }, ['client auth'], entry).map(({ code }) => code)).toContain(
      'CeilingUsage',
    );
  });

  it('knows no requester: a template gives nothing', () => {
    const allow = makeCeiling({ commonName: [matcher('{requester.username}')] });
    const facts = { organizations: [], sans: [] };

    expect(
      look(facts, ['client auth'], makeEntry({ signerName: MESH, allow })).map(({ code }) => code),
    ).toEqual(['CeilingCommonName']);
  });
});

describe('the contract of a Kubernetes signer', () => {
  const contract = makeEntry({ allow: undefined });

  it('is the ceiling where none is written', () => {
    expect(look({ sans: everything }, ['client auth'], contract)).toEqual([]);
    expect(look({}, ['server auth'], contract).map(({ code }) => code)).toEqual([
      'UsageNotAllowed',
      'UsageMissing',
    ]);
  });

  it('holds beside a ceiling that would give more', () => {
    const allow = makeCeiling({
      commonName: [matcher('jane')],
      organizations: [matcher('dev')],
      usages: ['client auth', 'server auth'],
    });

    expect(
      look({ sans: [] }, ['client auth', 'server auth'], makeEntry({ allow })).map(
        ({ code }) => code,
      ),
    ).toEqual(['UsageNotAllowed']);
  });

  it('is narrowed by a ceiling', () => {
    const allow = makeCeiling({ commonName: [matcher('joe')], organizations: [matcher('dev')] });

    expect(
      look({ sans: [] }, ['client auth'], makeEntry({ allow })).map(({ code }) => code),
    ).toEqual(['CeilingCommonName']);
  });
});
