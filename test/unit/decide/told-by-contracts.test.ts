// SPDX-License-Identifier: Apache-2.0
// The contracts of the kubelet signers: each clause tells its own value, as `explain` prints it.

import { describe } from '@jest/globals';
import { ALL_KINDS, client, email, serving, tells, uri } from './told-by-checks.js';

describe('the contract of a kubelet client certificate tells', () => {
  const USAGES = 'client auth, digital signature (optional: key encipherment)';
  const broken = client({
    csr: { usages: ['client auth', 'server auth'] },
    facts: { commonName: undefined, organizations: ['system:nodes', 'dev'], sans: ALL_KINDS },
  });
  const NODES = 'exactly "system:nodes"';
  const PREFIX = 'a common name that begins with "system:node:"';

  tells({
    'the organizations': [client(), 'KubeletOrganization', NODES, '"system:nodes"', 'request'],
    'organizations that are too many': [
      broken,
      'KubeletOrganization',
      NODES,
      '"system:nodes", "dev"',
      'request',
    ],
    'the common name': [client(), 'KubeletCommonName', PREFIX, '"system:node:worker-1"', 'request'],
    'a common name that is missing': [broken, 'KubeletCommonName', PREFIX, 'nothing', 'request'],
    'that there is no DNS name': [client(), 'KubeletDnsName', 'no DNS name', 'nothing', 'request'],
    'the DNS names': [broken, 'KubeletDnsName', 'no DNS name', '"a.example"', 'request'],
    'the e-mail addresses': [
      broken,
      'KubeletEmail',
      'no e-mail address',
      '"a@b.example"',
      'request',
    ],
    'the IP addresses': [broken, 'KubeletAddress', 'no IP address', '"10.1.0.7"', 'request'],
    'the URIs': [broken, 'KubeletUri', 'no URI', '"spiffe://a/b"', 'request'],
    'the usages': [client(), 'KubeletUsages', USAGES, '"client auth", "digital signature"', 'spec'],
    'usages that are others': [
      broken,
      'KubeletUsages',
      USAGES,
      '"client auth", "server auth"',
      'spec',
    ],
  });
});

describe('the contract of a kubelet serving certificate tells', () => {
  const USAGES = 'digital signature, server auth (optional: key encipherment)';
  const nameless = serving({ facts: { sans: [email('a@b.example'), uri('spiffe://a/b')] } });
  const SOME = 'a DNS name or an IP address';

  tells({
    'the organizations': [
      serving({ facts: { organizations: ['dev'] } }),
      'KubeletOrganization',
      'exactly "system:nodes"',
      '"dev"',
      'request',
    ],
    'the common name': [
      serving({ facts: { commonName: 'worker-1' } }),
      'KubeletCommonName',
      'a common name that begins with "system:node:"',
      '"worker-1"',
      'request',
    ],
    'the names': [serving(), 'KubeletNamesMissing', SOME, '"worker-1", "10.1.0.7"', 'request'],
    'that there is no name that counts': [
      nameless,
      'KubeletNamesMissing',
      SOME,
      'nothing',
      'request',
    ],
    'the e-mail addresses': [
      nameless,
      'KubeletEmail',
      'no e-mail address',
      '"a@b.example"',
      'request',
    ],
    'the URIs': [nameless, 'KubeletUri', 'no URI', '"spiffe://a/b"', 'request'],
    'the usages': [
      serving(),
      'KubeletUsages',
      USAGES,
      '"digital signature", "server auth"',
      'spec',
    ],
    'that there are no usages': [
      serving({ csr: { usages: [] } }),
      'KubeletUsages',
      USAGES,
      'nothing',
      'spec',
    ],
  });
});
