// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';

import { readCertificationRequest } from '../../../src/x509/certification-request.js';
import { forge } from '../../support/forge.js';
import { derExhibits } from './museum/der.js';
import { extensionExhibits } from './museum/extensions.js';
import { keyExhibits } from './museum/keys.js';
import { nameExhibits } from './museum/names.js';
import { pemExhibits } from './museum/pem.js';
import { signatureExhibits } from './museum/signatures.js';
import { subjectExhibits } from './museum/subject.js';

const rooms = {
  'PEM armour': pemExhibits,
  'DER and the structure of a request': derExhibits,
  'the subject': subjectExhibits,
  keys: keyExhibits,
  signatures: signatureExhibits,
  'requested extensions': extensionExhibits,
  'subject alternative names': nameExhibits,
};

const octets = (request: string | Uint8Array): Uint8Array =>
  typeof request === 'string' ? Buffer.from(request, 'latin1') : request;

describe('the attack museum', () => {
  it('takes the request from which every exhibit differs in one thing', () => {
    const read = readCertificationRequest(Buffer.from(forge()));

    expect(read).toMatchObject({ ok: true });
  });

  describe.each(Object.entries(rooms))('%s', (_room, exhibits) => {
    it.each(Object.entries(exhibits))('refuses %s', (_name, { request, code }) => {
      const read = readCertificationRequest(octets(request));

      expect(read).toMatchObject({ ok: false, error: { code } });
    });
  });

  it('shows at least 80 exhibits, each under a name of its own', () => {
    const names = Object.values(rooms).flatMap((exhibits) => Object.keys(exhibits));

    expect(names.length).toBeGreaterThanOrEqual(80);
    expect(new Set(names).size).toBe(names.length);
  });
});
