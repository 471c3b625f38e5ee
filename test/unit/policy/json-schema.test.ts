// SPDX-License-Identifier: Apache-2.0
// The JSON Schema of the language, judged by a validator that is not ours. UPDATE_DOCS=1 writes the file anew.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { LANGUAGE_REVISION } from '../../../src/policy/api-version.js';
import { fieldTexts } from '../../../src/policy/field-texts.js';
import { policyJsonSchema } from '../../../src/policy/json-schema.js';
import { goodPolicy, problemsOf, withChange } from './good-policy.js';

const ROOT = new URL('../../../', import.meta.url);
const FILE = new URL('docs/policy.schema.json', ROOT);
/** The first line by which an editor finds the schema from a file in examples/. */
const modelineOf = (name: string): string =>
  `# yaml-language-server: $schema=${'../'.repeat(name.split('/').length)}docs/policy.schema.json\n`;

const rendered = `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`;
if (process.env['UPDATE_DOCS'] === '1') writeFileSync(FILE, rendered);

// Conditions name fields of the map around them, which strict mode does not see.
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
const validate = ajv.compile(policyJsonSchema());

const schemaTakes = (text: string): boolean => validate(parse(text));
const loaderTakes = (text: string): boolean => problemsOf(text).length === 0;

describe('docs/policy.schema.json', () => {
  it('is what `csr-approver schema` prints', () => {
    expect(readFileSync(FILE, 'utf8')).toBe(rendered);
  });

  it('has a revision of its own, so that a program keeps only what programs with its words can read', () => {
    const withoutTexts = JSON.stringify(policyJsonSchema(), (key, value: unknown) =>
      key === 'description' ? undefined : value,
    );
    const sha256 = createHash('sha256').update(withoutTexts).digest('hex');

    // When this is red: after a release raise LANGUAGE_REVISION and add a line; before one, correct the last line.
    const digests: Readonly<Record<number, string>> = {
      1: '9d0b177eb9a2273a761063325b916a807b8dd39dafa68a78e418a1986673c6e9',
    };
    expect(digests[LANGUAGE_REVISION]).toBe(sha256);
    expect(LANGUAGE_REVISION).toBe(Object.keys(digests).length);
  });

  it('says the same of each field as docs/policy.md', () => {
    const page = readFileSync(new URL('docs/policy.md', ROOT), 'utf8');
    const prefixes = { 'The document': '', 'A rule': 'rules.NAME.', 'A signer': 'signers.NAME.' };
    const documented = Object.entries(prefixes).flatMap(([heading, prefix]) => {
      const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
      const [table = ''] = section.split(/^### /m);
      return [...table.matchAll(/^\| `([\w.]+)` +\| (.*?) +\|$/gm)].map(([, field = '', text]) => [
        `${prefix}${field}`,
        text,
      ]);
    });

    expect(fieldTexts).toEqual(Object.fromEntries(documented));
  });
});

describe('the schema takes', () => {
  const page = readFileSync(new URL('docs/policy.md', ROOT), 'utf8');
  const blocks = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => text);

  it.each([goodPolicy, ...blocks])('a policy that the loader takes: %#', (text) => {
    schemaTakes(text);

    expect(validate.errors).toBeNull();
    expect(loaderTakes(text)).toBe(true);
  });

  const examples = readdirSync(new URL('examples/', ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ name, text: readFileSync(new URL(`examples/${name}`, ROOT), 'utf8') }))
    .filter(({ text }) => /^kind: Policy$/m.test(text));

  it.each(examples)('the example $name, which names its schema', ({ name, text }) => {
    schemaTakes(text);

    expect(validate.errors).toBeNull();
    expect(loaderTakes(text)).toBe(true);
    expect(text.slice(0, text.indexOf('\n') + 1)).toBe(modelineOf(name));
  });
});

describe('the schema and the loader refuse', () => {
  const bad: Readonly<Record<string, readonly [from: string, to: string]>> = {
    'another version': ['v1alpha1', 'v9'],
    'another kind': ['kind: Policy', 'kind: Rule'],
    'a document without kind': ['kind: Policy\n', ''],
    'an unknown field': ['mode: enforce', 'modes: enforce'],
    'an unknown mode': ['mode: enforce', 'mode: dry-run'],
    'a field without a value': ['mode: enforce', 'mode:'],
    'a rule whose name has capitals': ['  developers:', '  Developers:'],
    'an unknown preset': ['preset: kubelet-client', 'preset: kubelet'],
    'a signer name without a domain': ['signerName: example.com/mesh', 'signerName: mesh'],
    'a signer under a bad name': ['  example.com/mesh:', '  Example.com/mesh:'],
    'a rule without signer name': ['      signerName: example.com/mesh\n', ''],
    'a rule without requester': ['      requester: anyone\n', ''],
    'a requester that is any other word': ['requester: anyone', 'requester: everyone'],
    'a requester who is nobody': ['requester: anyone', 'requester: {}'],
    'a requester known by certificate alone': [
      'requester: anyone',
      'requester: { certificate: allow }',
    ],
    'an unknown field of the requester': ['certificate: allow', 'certificates: allow'],
    'an empty list': ['groups: [dev-team]', 'groups: []'],
    'a text that is no list': ['groups: [dev-team]', 'groups: dev-team'],
    'a number that is no text': ['groups: [dev-team]', 'groups: [1000]'],
    'a star that is meant as a wildcard': ['groups: [dev-team]', "groups: ['dev-*']"],
    'an empty text': ['groups: [dev-team]', "groups: ['']"],
    'a text that is too long': ['groups: [dev-team]', `groups: [${'a'.repeat(513)}]`],
    'too many values': ['groups: [dev-team]', `groups: [${'a, '.repeat(501)}]`],
    'a pattern that is not closed': ['groups: [dev-team]', "groups: ['/dev-.+']"],
    'nodes without a preset': ['requester: anyone', 'requester: anyone\n      nodes: [a]'],
    'a preset whose usages are written': [
      'preset: kubelet-client',
      'preset: kubelet-client\n    usages: [client auth]',
    ],
    'a preset whose names are written': [
      'preset: kubelet-client',
      'preset: kubelet-client\n    sans: { dns: [a] }',
    ],
    'a kubelet signer without preset': [
      'signerName: example.com/mesh',
      'signerName: kubernetes.io/kubelet-serving',
    ],
    'an owner without a preset': ['dns: [web.example.com]', 'owner: [node]'],
    'a custom signer without usages': [
      '    usages: [client auth, digital signature]\nsigners',
      'signers',
    ],
    'an address that is none': ['ip: [10.0.0.0/16]', 'ip: [10.0.0.0/1600]'],
    'a key of another kind': ['rsa >= 3072', 'dsa'],
    'a lifetime that is a sentence': ['max: 8h', 'max: 8 hours'],
    'a lifetime that is a number': ['max: 8h', 'max: 8'],
    'a wait that is not said': ['wait 5m then deny', 'deny'],
    'any other outcome': ['default: leave', 'default: ignore'],
    'less than no names': ['min: 1', 'min: -1'],
    'half a name': ['max: 3', 'max: 2.5'],
    'a usage that there is not': [
      'usages: [client auth, digital signature]\nsigners',
      'usages: [client]\nsigners',
    ],
    'a signer without a CA': [
      '    ca:\n      files:\n        cert: mesh/tls.crt\n        key: mesh/tls.key\n',
      '',
    ],
    'half a CA': ['        key: mesh/tls.key\n', ''],
    'another field of a signer': ['        key: mesh/tls.key', '        keys: mesh/tls.key'],
  };

  it.each(Object.entries(bad))('%s', (_, [from, to]) => {
    const text = withChange(from, to);

    expect({ schema: schemaTakes(text), loader: loaderTakes(text) }).toEqual({
      schema: false,
      loader: false,
    });
  });

  it('nothing at all', () => {
    const text = 'apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\n';

    expect([schemaTakes(text), loaderTakes(text)]).toEqual([false, false]);
  });
});

describe('whatever is written, what the schema refuses the loader refuses, too', () => {
  /** Texts near those that are good. */
  const nearly = fc
    .tuple(
      fc.constantFrom(
        '8h',
        '1h30m',
        'wait 10m then leave',
        '/dev-[a-z]+/',
        '{requester.username}',
        '10.0.0.0/8',
        'fd00::/8',
        '::ffff:192.0.2.1',
        'example.com/mesh',
        'rsa >= 3072',
        'ecdsa>=384',
        'a.example.com',
        '.corp.example',
        '@corp.example',
        'ns/name',
        'client auth',
        '2027-01-31T00:00:00Z',
      ),
      fc.nat(),
      fc.string({ maxLength: 3 }),
      fc.nat(2),
    )
    .map(([text, at, inserted, cut]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + inserted + text.slice(start + cut);
    });
  const places: Readonly<Record<string, (text: string) => [from: string, to: string]>> = {
    'a group': (text) => ['groups: [dev-team]', `groups: [${text}]`],
    'a name of a rule': (text) => ['  workloads:', `  ? ${text}\n  :`],
    'a signer name': (text) => [
      'signerName: kubernetes.io/kube-apiserver-client',
      `signerName: ${text}`,
    ],
    'a DNS name': (text) => ['dns: [web.example.com]', `dns: [${text}]`],
    'a range': (text) => ['ip: [10.0.0.0/16]', `ip: [${text}]`],
    'a key': (text) => ['rsa >= 3072', text],
    'a lifetime': (text) => ['max: 8h', `max: ${text}`],
    'a wait': (text) => ['transient: wait 5m then deny', `transient: ${text}`],
    'a common name': (text) => ["commonName: '{requester.username}'", `commonName: ${text}`],
    'a path': (text) => ['cert: mesh/tls.crt', `cert: ${text}`],
    'a name of the API server': (text) => ['API.corp.example', text],
  };

  it.each(Object.entries(places))('at %s', (_, change) => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string()), (value) => {
        const text = withChange(...change(JSON.stringify(value)));
        return schemaTakes(text) || !loaderTakes(text);
      }),
      { numRuns: 50 },
    );
  });

  it('(a policy of JSON is one of YAML)', () => {
    expect(loaderTakes(stringify(parse(goodPolicy)))).toBe(true);
  });
});
