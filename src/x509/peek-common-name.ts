// SPDX-License-Identifier: Apache-2.0
// Finds the common name of a request without verifying it: good enough to sort work into lanes, for nothing else.

import { MAX_REQUEST_PEM_BYTES } from '../vocabulary/limits.js';
import { REQUEST_LABEL } from './certification-request.js';
import { DerFields } from './der-fields.js';
import { DerReader } from './der-reader.js';
import { TAG } from './der-tags.js';
import { ATTRIBUTE_TYPE } from './object-identifiers.js';
import { readPem } from './pem.js';
import { reading } from './refused.js';
import { readSubject } from './subject.js';

/** The common name that the request claims; undefined when there is none or the bytes are refused. */
export function peekCommonName(pem: Uint8Array): string | undefined {
  if (pem.length > MAX_REQUEST_PEM_BYTES) return undefined;
  const subject = reading(() => {
    const request = new DerReader(readPem(pem, REQUEST_LABEL)).readAll();
    const info = new DerFields(request, TAG.sequence, 'the request').take(TAG.sequence, 'the info');
    const fields = new DerFields(info, TAG.sequence, 'the info');
    fields.take(TAG.integer, 'the version');
    return readSubject(fields.take(TAG.sequence, 'the subject'));
  });
  if (!subject.ok) return undefined;
  return subject.value.find(({ oid }) => oid === ATTRIBUTE_TYPE.commonName)?.value;
}
