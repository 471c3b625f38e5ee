// SPDX-License-Identifier: Apache-2.0
// The guards: each tells the value that it looked at, as `explain` prints it.

import { describe } from '@jest/globals';
import {
  type Answers,
  dns,
  down,
  ip,
  makeRule,
  matcher,
  nodeIs,
  ranges,
  WORKER,
  yes,
} from '../../support/decide.js';
import { client, type RuleChange, sans, serving, tells, user } from './told-by-checks.js';

describe('a guard tells', () => {
  const UID = '1.3.6.1.4.1.57683.2';
  const withUid = {
    facts: { subject: [{ oid: UID, type: '', value: 'x', stringType: 'UTF8String' }] },
  };
  const named = { facts: { commonName: 'jane', organizations: ['dev'] } };
  const wide = {
    sans: {
      dns: [matcher('a.example'), matcher('*.example'), matcher('kubernetes'), matcher('x.y.svc')],
      ip: ranges('0.0.0.0/0'),
      uri: undefined,
      email: undefined,
      min: 0,
      max: 9,
    },
  };
  const host = sans(dns('a.example'), ip('10.1.0.7'));
  const foreign: RuleChange = {
    match: {
      ...makeRule().match,
      signerName: 'a.example/b' as ReturnType<typeof makeRule>['match']['signerName'],
    },
  };
  const toForeign = { csr: { signerName: 'a.example/b' }, facts: { ignored: ['subject OU'] } };
  const API = 'no name or address of the API server';
  const SERVICE = 'no name of a Service';
  const LESS = 'an identity with less than every right';
  const controlPlane: Answers = {
    apiServer: {
      state: 'known',
      value: { names: [], addresses: ['10.1.0.7'], serviceRanges: [], clusterDomain: 'x' },
    },
    node: nodeIs({ ...WORKER, isControlPlane: true }),
  };
  const everything = { everything: yes };

  tells({
    'which names were compared with system:masters': [
      user(named),
      'SystemMasters',
      'not system:masters',
      '"jane", "dev"',
      'request',
    ],
    'which names were looked at for system:': [
      user(named),
      'SystemName',
      'no system: name that the rule does not spell',
      '"jane", "dev"',
      'request',
    ],
    'that no attribute sets the UID': [
      user(),
      'UidAttribute',
      `no subject attribute ${UID}`,
      'nothing',
      'request',
    ],
    'that an attribute sets the UID': [
      user(withUid),
      'UidAttribute',
      `no subject attribute ${UID}`,
      'the attribute',
      'request',
    ],
    'the addresses': [
      user(host, wide),
      'UnusableAddress',
      'addresses of hosts',
      '"10.1.0.7"',
      'request',
    ],
    'the names that could be wildcards': [
      user(host, wide),
      'WildcardName',
      'no wildcard',
      '"a.example"',
      'request',
    ],
    'the usages among which one must be extended': [
      user(),
      'ExtendedKeyUsageMissing',
      'at least one extended key usage, such as client auth or server auth',
      '"client auth", "digital signature"',
      'spec',
    ],
    'the usages among which none may be dangerous': [
      user(),
      'DangerousUsage',
      'none of any, cert sign, crl sign',
      '"client auth", "digital signature"',
      'spec',
    ],
    'the preset': [
      client(),
      'KubeletSignerNeedsPreset',
      'a kubelet preset',
      'kubelet-client',
      'policy',
    ],
    'that there is no preset': [
      user(),
      'KubeletSignerNeedsPreset',
      'any rule',
      'no preset',
      'policy',
    ],
    'that nothing is unjudged': [
      user(),
      'NotJudged',
      'anything: the signer copies nothing unjudged',
      'nothing',
      'request',
    ],
    'what is unjudged': [
      user(toForeign, foreign),
      'NotJudged',
      'nothing unjudged',
      'subject OU',
      'request',
    ],
    'that there is no name that the API server could have': [
      user(),
      'ApiServerName',
      API,
      'nothing',
      'api server',
    ],
    'what was compared with the API server': [
      user(host, wide),
      'ApiServerName',
      API,
      '"a.example", "10.1.0.7"',
      'api server',
    ],
    'a name of the API server': [
      user(sans(dns('kubernetes')), wide),
      'ApiServerName',
      API,
      '"kubernetes"',
      'api server',
    ],
    'an address of the API server that is the node’s own': [
      serving({}, {}, controlPlane),
      'ApiServerName',
      API,
      '"worker-1", "10.1.0.7", its own as a control-plane node',
      'api server',
    ],
    'that the API server is not known': [
      user(sans(ip('10.1.0.7')), wide, { apiServer: down }),
      'EvidenceUnavailable',
      API,
      'connect ECONNREFUSED',
      'api server',
    ],
    'that there is no name that a Service could have': [
      user(),
      'ServiceName',
      SERVICE,
      'nothing',
      'api server',
    ],
    'what was compared with Services': [
      user(host, wide),
      'ServiceName',
      SERVICE,
      '"a.example"',
      'api server',
    ],
    'a name of a Service': [
      user(sans(dns('x.y.svc')), wide),
      'ServiceName',
      SERVICE,
      '"x.y.svc"',
      'api server',
    ],
    'that the identity has not every right': [
      user(),
      'IdentityHasEveryRight',
      LESS,
      'not every right',
      'access review',
    ],
    'that the identity has every right': [
      user({}, {}, everything),
      'IdentityHasEveryRight',
      LESS,
      'every right in the cluster',
      'access review',
    ],
    'that a person is to judge an identity with every right': [
      user({}, { mode: 'review' }, everything),
      'IdentityHasEveryRight',
      LESS,
      'every right in the cluster, for a person to judge',
      'access review',
    ],
    'that there is no identity of a client': [
      serving(),
      'IdentityHasEveryRight',
      LESS,
      'no identity of a client',
      'access review',
    ],
    'that the rights of the identity are not known': [
      user({}, {}, { everything: down }),
      'EvidenceUnavailable',
      LESS,
      'connect ECONNREFUSED',
      'access review',
    ],
  });
});
