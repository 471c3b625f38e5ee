// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import {
  trustBundleName,
  trustRecordKey,
  trustRecordName,
} from '../../../src/authority/trust-names.js';
import type { SignerName } from '../../../src/vocabulary/brands.js';

const LONG = `${'a.'.repeat(120)}example/${'b.'.repeat(150)}c` as SignerName;

describe('the trust of a signer is called', () => {
  it('in the record, as the signer with an underscore', () => {
    expect(trustRecordKey('example.com/mesh' as SignerName)).toBe('example.com_mesh');
  });

  it('something else for each signer, also where names are too long for a key', () => {
    const other = `${LONG}d` as SignerName;

    expect(trustRecordKey(LONG)).toMatch(/^[-._a-z0-9]{1,253}$/);
    expect(trustRecordKey(LONG)).not.toBe(trustRecordKey(other));
  });

  it('as a ClusterTrustBundle, by the prefix that the API demands (CTB-2)', () => {
    expect(trustBundleName('example.com/mesh' as SignerName)).toBe(
      'example.com:mesh:kube-csr-approver',
    );
  });

  it('and the record like the policy, or like this program', () => {
    expect(trustRecordName('policy')).toBe('policy-trust');
    expect(trustRecordName(undefined)).toBe('kube-csr-approver-trust');
  });
});
