// SPDX-License-Identifier: Apache-2.0
// The fields of two certificates side by side, as the openssl program and @peculiar/asn1-x509 read them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate, type Name } from '@peculiar/asn1-x509';
import { runProgram } from '../../support/running-controller.js';

/** What one parser reads, by field; neither serial number, nor times, nor signature. */
export type Fields = Readonly<Record<string, string>>;

/** One certificate in the eyes of both. */
export interface Reading {
  readonly openssl: Fields;
  readonly peculiar: Fields;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly serial: string;
}

/** Names of the fields in which two readings differ, by one parser. */
export const differing = (a: Fields, b: Fields): readonly string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((field) => a[field] !== b[field]);

/** Reads certificates, in their order; openssl runs once for all of them. */
export async function readCertificates(pems: readonly string[]): Promise<readonly Reading[]> {
  const texts = await opensslTexts(pems);
  return pems.map((pem, index) => {
    const { tbsCertificate: info, signatureAlgorithm } = AsnConvert.parse(derOf(pem), Certificate);
    const { subjectPublicKeyInfo, validity, extensions = [] } = info;
    const peculiar: Fields = {
      version: String(info.version),
      'signature algorithm': `${hex(AsnConvert.serialize(info.signature))} ${hex(AsnConvert.serialize(signatureAlgorithm))}`,
      issuer: nameText(info.issuer),
      subject: nameText(info.subject),
      'public key': hex(AsnConvert.serialize(subjectPublicKeyInfo)),
      'order of extensions': extensions.map(({ extnID }) => extnID).join(),
      ...Object.fromEntries(
        extensions.map(({ extnID, critical, extnValue }) => [
          EXTENSIONS[extnID] ?? extnID,
          `${critical ? 'critical ' : ''}${hex(extnValue.buffer)}`,
        ]),
      ),
    };
    return {
      openssl: opensslFields(texts[index] ?? ''),
      peculiar,
      notBeforeMs: validity.notBefore.getTime().getTime(),
      notAfterMs: validity.notAfter.getTime().getTime(),
      serial: hex(info.serialNumber),
    };
  });
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  '2.5.29.15': 'key usage',
  '2.5.29.17': 'names',
  '2.5.29.19': 'basic constraints',
  '2.5.29.35': 'authority key identifier',
  '2.5.29.37': 'extended key usage',
};

const derOf = (pem: string): Buffer => Buffer.from(pem.replaceAll(/-----.*-----/g, ''), 'base64');

const hex = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('hex');

/** Types, string types and values, RDN by RDN. */
const nameText = (name: Name): string =>
  JSON.stringify(
    Array.from(name, (rdn) =>
      Array.from(rdn, ({ type, value }) => [
        type,
        Object.entries(value).filter(([, text]) => text !== undefined),
      ]),
    ),
  );

/** The text of each certificate as openssl prints it. */
async function opensslTexts(pems: readonly string[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  const file = join(folder, 'certificates.pem');
  await writeFile(file, pems.join(''));
  const { code, stdout, stderr } = await runProgram('openssl', [
    'storeutl',
    '-noout',
    '-text',
    file,
  ]);
  await rm(folder, { recursive: true });
  if (code !== 0) throw new Error(stderr);
  const texts = stdout.split(/^\d+: Certificate\n/m).slice(1);
  if (texts.length !== pems.length) throw new Error(`openssl found ${texts.length} certificates`);
  return texts;
}

const HEADING = /^ {4,12}(?:X509v3 )?(?<field>[A-Z][A-Za-z ]*?) ?(?::|$)/;

const LEFT_OUT = ['Serial Number', 'Validity', 'Not Before', 'Not After', 'Signature Value'];

/** The lines that openssl indents less than their values begin a field. */
function opensslFields(text: string): Fields {
  const fields: Record<string, string> = {};
  let field = 'Certificate';
  for (const line of text.split('\n')) {
    field = HEADING.exec(line)?.groups?.['field'] ?? field;
    if (!LEFT_OUT.includes(field)) fields[field] = `${fields[field] ?? ''}${line.trim()}\n`;
  }
  return fields;
}
