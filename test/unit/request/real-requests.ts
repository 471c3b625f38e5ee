// SPDX-License-Identifier: Apache-2.0
// What each request of test/fixtures/requests must be read as; its README tells how they were made.

/** What a request says, on one line each. */
export interface Summary {
  readonly subject: readonly string[];
  readonly sans?: readonly string[];
  readonly key: string;
  readonly signature: string;
  readonly extensions?: readonly string[];
  readonly ignored?: readonly string[];
}

const opensslDefaults = [
  'C=AU (PrintableString)',
  'ST=Some-State (UTF8String)',
  'O=Internet Widgits Pty Ltd (UTF8String)',
];
const kubelet = ['O=system:nodes (PrintableString)', 'CN=system:node:worker-1 (PrintableString)'];
const ssup2 = {
  subject: [
    'C=AU (PrintableString)',
    'ST=Some-State (UTF8String)',
    'O=system:masters (UTF8String)',
    'CN=ssup2 (UTF8String)',
  ],
  key: 'RSA 2048',
  signature: 'sha256WithRSAEncryption',
  ignored: ['subject C', 'subject ST'],
};

/** By file name without its ending. */
export const realRequests: Readonly<Record<string, Summary>> = {
  'openssl-interactive-defaults': {
    subject: [...opensslDefaults, 'CN=dev1 (UTF8String)'],
    key: 'RSA 2048',
    signature: 'sha256WithRSAEncryption',
    ignored: ['subject C', 'subject ST'],
  },
  'openssl-interactive-challenge': {
    subject: [
      ...opensslDefaults,
      'CN=alice (UTF8String)',
      'emailAddress=alice@example.com (IA5String)',
    ],
    key: 'RSA 2048',
    signature: 'sha256WithRSAEncryption',
    ignored: [
      'subject C',
      'subject ST',
      'subject emailAddress',
      'attribute unstructuredName',
      'attribute challengePassword',
    ],
  },
  'openssl-v3-req-rsa3072': {
    subject: ['C=DE (PrintableString)', 'O=dev (UTF8String)', 'CN=alice (UTF8String)'],
    key: 'RSA 3072',
    signature: 'sha256WithRSAEncryption',
    extensions: ['basicConstraints', 'keyUsage'],
    ignored: ['subject C', 'extension basicConstraints', 'extension keyUsage'],
  },
  'openssl-kubelet-serving-p256': {
    subject: ['O=system:nodes (UTF8String)', 'CN=system:node:worker-1 (UTF8String)'],
    sans: ['dns:worker-1', 'dns:worker-1.corp.example', 'ip:10.0.0.5', 'ip:fd00::5'],
    key: 'ECDSA P-256',
    signature: 'ecdsa-with-SHA256',
    extensions: ['subjectAltName'],
  },
  'openssl-all-kinds-of-names-p384': {
    subject: ['CN=all-kinds (UTF8String)'],
    sans: [
      'dns:a.example',
      'ip:192.0.2.1',
      'uri:spiffe://cluster.local/ns/a/sa/b',
      'email:alice@example.com',
    ],
    key: 'ECDSA P-384',
    signature: 'ecdsa-with-SHA384',
    extensions: ['subjectAltName'],
  },
  'openssl-several-organizations-p521': {
    subject: [
      'O=a (UTF8String)',
      'OU=x (UTF8String)',
      'OU=y (UTF8String)',
      'O=b (UTF8String)',
      'CN=alice (UTF8String)',
    ],
    key: 'ECDSA P-521',
    signature: 'ecdsa-with-SHA512',
    ignored: ['subject OU'],
  },
  'openssl-ed25519': {
    subject: ['CN=alice (UTF8String)'],
    key: 'Ed25519',
    signature: 'Ed25519',
  },
  'openssl-utf8-rsa2048': {
    subject: ['O=Büro (UTF8String)', 'CN=Zoë Müller (UTF8String)'],
    key: 'RSA 2048',
    signature: 'sha256WithRSAEncryption',
  },
  'openssl-pss-rsa2048': {
    subject: ['CN=alice (UTF8String)'],
    key: 'RSA 2048',
    signature: 'RSASSA-PSS-sha256',
  },
  'keytool-rsa2048': {
    subject: [
      'C=DE (PrintableString)',
      'ST=Unknown (PrintableString)',
      'L=Unknown (PrintableString)',
      'O=dev (PrintableString)',
      'OU=Unknown (PrintableString)',
      'CN=alice (PrintableString)',
    ],
    key: 'RSA 2048',
    signature: 'sha256WithRSAEncryption',
    extensions: ['subjectKeyIdentifier'],
    ignored: [
      'subject C',
      'subject ST',
      'subject L',
      'subject OU',
      'extension subjectKeyIdentifier',
    ],
  },
  'keytool-names-p384': {
    subject: ['O=dev (PrintableString)', 'CN=bob (PrintableString)'],
    sans: ['dns:bob.example', 'ip:10.1.2.3'],
    key: 'ECDSA P-384',
    signature: 'ecdsa-with-SHA384',
    extensions: ['subjectKeyIdentifier', 'subjectAltName'],
    ignored: ['extension subjectKeyIdentifier'],
  },
  'cfssl-p256': {
    subject: [
      'C=DE (PrintableString)',
      'L=Berlin (PrintableString)',
      'O=dev (PrintableString)',
      'OU=it (PrintableString)',
      'CN=carol (PrintableString)',
    ],
    sans: ['dns:carol.example', 'email:carol@example.com', 'ip:10.2.3.4'],
    key: 'ECDSA P-256',
    signature: 'ecdsa-with-SHA256',
    extensions: ['subjectAltName'],
    ignored: ['subject C', 'subject L', 'subject OU'],
  },
  'easy-rsa-cn-only': {
    subject: ['CN=dave (UTF8String)'],
    key: 'RSA 2048',
    signature: 'sha256WithRSAEncryption',
  },
  'easy-rsa-org': {
    subject: [
      'C=DE (PrintableString)',
      'ST=Berlin (UTF8String)',
      'L=Berlin (UTF8String)',
      'O=dev (UTF8String)',
      'OU=it (UTF8String)',
      'CN=erin (UTF8String)',
      'emailAddress=erin@example.com (IA5String)',
    ],
    key: 'RSA 2048',
    signature: 'sha256WithRSAEncryption',
    ignored: ['subject C', 'subject ST', 'subject L', 'subject OU', 'subject emailAddress'],
  },
  'certtool-p256': {
    subject: [
      'C=DE (PrintableString)',
      'O=dev (PrintableString)',
      'OU=it (PrintableString)',
      'CN=frank (PrintableString)',
    ],
    sans: ['dns:frank.example', 'ip:10.3.4.5'],
    key: 'ECDSA P-256',
    signature: 'ecdsa-with-SHA256',
    extensions: [
      'subjectAltName',
      'basicConstraints, critical',
      'keyUsage, critical',
      'extKeyUsage, critical',
    ],
    ignored: [
      'subject C',
      'subject OU',
      'extension basicConstraints',
      'extension keyUsage',
      'extension extKeyUsage',
      'attribute challengePassword',
    ],
  },
  'go-kubelet-client-p256': {
    subject: kubelet,
    key: 'ECDSA P-256',
    signature: 'ecdsa-with-SHA256',
  },
  'go-kubelet-serving-rsa4096': {
    subject: kubelet,
    sans: ['dns:worker-1', 'ip:10.0.0.5', 'ip:fd00::5'],
    key: 'RSA 4096',
    signature: 'sha256WithRSAEncryption',
    extensions: ['subjectAltName'],
  },
  'go-several-organizations-ed25519': {
    subject: [
      'O=mid (PrintableString)',
      'O=zeta (PrintableString)',
      'O=alpha (PrintableString)',
      'CN=alice (PrintableString)',
    ],
    key: 'Ed25519',
    signature: 'Ed25519',
  },
  'go-workload-p521': {
    subject: [],
    sans: ['uri:spiffe://cluster.local/ns/a/sa/b'],
    key: 'ECDSA P-521',
    signature: 'ecdsa-with-SHA512',
    extensions: ['subjectAltName'],
  },
  'seed-dev1': {
    subject: [...opensslDefaults, 'CN=dev1 (UTF8String)'],
    key: 'RSA 2048',
    signature: 'sha256WithRSAEncryption',
    ignored: ['subject C', 'subject ST'],
  },
  'seed-ssup2-a': ssup2,
  'seed-ssup2-b': ssup2,
  'seed-ssup2-c': ssup2,
};
