// SPDX-License-Identifier: Apache-2.0
// What makes lint speak: each case changes one thing of a policy of which it says nothing.

import type { LintCode } from '../../../src/review/lint/catalogue.js';

export interface LintCase {
  /** Replacements in the quiet policy. */
  readonly change: readonly (readonly [from: string, to: string])[];
  /** The field that is named. */
  readonly at: string;
  /** What is said of other fields for the same reason. */
  readonly also?: readonly string[];
}

const GROUPS = "groups: ['oidc:dev']";
const COMMON_NAME = "commonName: '{requester.username}'";
const ACCOUNTS = String.raw`serviceAccounts: ['/(shop|cart)\/[a-z0-9-]+/']`;
const MESH_NAME =
  "commonName: 'mesh:{requester.serviceAccount.namespace}:{requester.serviceAccount.name}'";
const PEOPLE_LIFETIME = '    lifetime: { max: 8h }\n';

/** A rule beside `people`, with these fields instead of its own. */
const beside = (name: string, ...fields: readonly string[]): readonly [string, string] => [
  '  nodes:\n',
  [`  ${name}:`, ...fields.map((each) => `    ${each}`), '  nodes:\n'].join('\n'),
];

const peopleMatch = (who: string): string =>
  `match: { signerName: kubernetes.io/kube-apiserver-client, requester: ${who} }`;

const broader = (...change: readonly string[]): readonly [string, string] =>
  beside(
    'all-people',
    peopleMatch("{ groups: ['/oidc:.*/'] }"),
    "subject: { commonName: '{requester.username}', organizations: [qa, tools, dev] }",
    'onViolation: { default: leave }',
    ...(change.length === 0 ? ['lifetime: { max: 12h }'] : change),
  );

/** By code, then by a sentence. */
export const lintCases: Readonly<
  Record<Exclude<LintCode, 'TooMuchToCompare'>, Readonly<Record<string, LintCase>>>
> = {
  RuleNeverMatches: {
    'its time is over': {
      change: [['2027-01-31', '2026-01-31']],
      at: 'rules.people.validUntil',
    },
    'its time is over now': {
      change: [['2027-01-31T00:00:00Z', '2026-11-22T12:00:00Z']],
      at: 'rules.people.validUntil',
    },
    'no service account is called like this': {
      change: [[ACCOUNTS, "serviceAccounts: ['/shop-[a-z]+/']"]],
      at: 'rules.workloads.match.requester.serviceAccounts',
    },
    'no node is called like this': {
      change: [["nodes: ['/(cp|worker)-[0-9]+/']", "nodes: ['/Worker_[0-9]+/']"]],
      at: 'rules.nodes.match.nodes',
    },
    'service accounts with a user name of their own': {
      change: [[ACCOUNTS, `usernames: [jane]\n        ${ACCOUNTS}`]],
      at: 'rules.workloads.match.requester.usernames',
    },
    'service accounts in a group in which none is': {
      change: [[ACCOUNTS, `groups: [dev]\n        ${ACCOUNTS}`]],
      at: 'rules.workloads.match.requester.groups',
    },
    'service accounts that ask for a certificate of a kubelet': {
      change: [
        [
          "nodes: ['/(cp|worker)-[0-9]+/']",
          "nodes: ['/(cp|worker)-[0-9]+/']\n      requester: { serviceAccounts: [a/b] }",
        ],
      ],
      at: 'rules.nodes.match.requester.serviceAccounts',
    },
    'a user that is no node and asks for a certificate of a kubelet': {
      change: [
        [
          "nodes: ['/(cp|worker)-[0-9]+/']",
          "nodes: ['/(cp|worker)-[0-9]+/']\n      requester: { usernames: [jane] }",
        ],
      ],
      at: 'rules.nodes.match.requester.usernames',
    },
    'a node that the rule does not speak of': {
      change: [
        [
          "nodes: ['/(cp|worker)-[0-9]+/']",
          "nodes: ['/(cp|worker)-[0-9]+/']\n      requester: { usernames: ['system:node:edge-1'] }",
        ],
      ],
      at: 'rules.nodes.match.requester.usernames',
    },
  },
  RuleNeverApproves: {
    'a lifetime that kubelets never ask for': {
      change: [
        ['    onViolation: { transient: wait 5m then leave }\n', '    lifetime: { max: 8h }\n'],
      ],
      at: 'rules.nodes.lifetime.max',
    },
    'a user name of a service account, which begins with system:': {
      change: [[MESH_NAME, COMMON_NAME]],
      at: 'rules.workloads.subject.commonName',
      also: ['BeyondSigner rules.workloads.subject.commonName'],
    },
    'a pattern that matches only names with system:': {
      change: [[COMMON_NAME, "commonName: '/system:.*/'"]],
      at: 'rules.people.subject.commonName',
    },
    'a template that makes only names with system:': {
      change: [[COMMON_NAME, "commonName: 'system:{requester.username}'"]],
      at: 'rules.people.subject.commonName',
    },
    'a part of a service account where only users ask': {
      change: [
        [GROUPS, 'usernames: [jane]'],
        [COMMON_NAME, "commonName: '{requester.serviceAccount.name}'"],
      ],
      at: 'rules.people.subject.commonName',
    },
    'the usage that the contract demands is missing': {
      change: [['usages: [client auth, digital signature]', 'usages: [digital signature]']],
      at: 'rules.people.usages',
    },
    'the only extended usage is one that no signer spells': {
      change: [
        beside(
          'anything',
          'match: { signerName: example.com/mesh, requester: { usernames: [jane] } }',
          'subject: { commonName: mesh:jane }',
          'usages: [any]',
          'lifetime: { max: 24h }',
        ),
      ],
      at: 'rules.anything.usages',
      also: ['BeyondSigner rules.anything.usages', 'UselessValue rules.anything.usages[0]'],
    },
    'names are demanded and only loopback is allowed': {
      change: [
        beside(
          'local',
          peopleMatch('{ serviceAccounts: [shop/issuer] }'),
          'subject: { commonName: jane }',
          'sans: { ip: [127.0.0.0/8], min: 1 }',
          'lifetime: { max: 8h }',
        ),
      ],
      at: 'rules.local.sans',
    },
    'names are demanded and only those of Services are allowed': {
      change: [
        beside(
          'local',
          peopleMatch('{ serviceAccounts: [shop/issuer] }'),
          'subject: { commonName: jane }',
          'sans: { dns: [.svc, kubernetes], min: 1 }',
          'lifetime: { max: 8h }',
        ),
      ],
      at: 'rules.local.sans',
    },
    'a kubelet with addresses that no host has': {
      change: [
        [
          "      dns: ['{node.name}', '{node.name}.corp.example']\n      ip: [10.1.0.0/16, 10.2.0.0/16]\n",
          '      dns: [web.svc]\n      ip: [127.0.0.0/8]\n',
        ],
      ],
      at: 'rules.nodes.sans',
    },
  },
  RuleShadowed: {
    'a rule beside it takes more requesters and more names': {
      change: [broader()],
      at: 'rules.people',
    },
    'a rule beside it says nothing of keys and lifetime': {
      change: [
        ['organizations: [qa, tools]', 'organizations: [qa]'],
        beside(
          'all-people',
          peopleMatch('anyone'),
          "subject: { commonName: '{requester.username}', organizations: [qa, more] }",
          'lifetime: { max: 8h }',
        ),
      ],
      at: 'rules.people',
      also: ['RenewsOnOldServers rules.all-people.match.requester'],
    },
    'a review of what is approved anyway': {
      change: [
        broader('lifetime: { max: 8h }'),
        [
          '    lifetime: { max: 8h }\n    validUntil: 2027-01-31T00:00:00Z\n',
          '    lifetime: { max: 8h }\n    mode: review\n',
        ],
      ],
      at: 'rules.people',
    },
    'the same rule twice: the later name is told': {
      change: [
        ['    validUntil: 2027-01-31T00:00:00Z\n', ''],
        beside(
          'again',
          peopleMatch("{ groups: ['oidc:dev'] }"),
          "subject: { commonName: '{requester.username}', organizations: [tools, qa] }",
          'usages: [client auth, digital signature]',
          'keys: [ecdsa]',
          'lifetime: { max: 8h }',
          'onViolation: { default: leave }',
        ),
      ],
      at: 'rules.people',
    },
    'bounds of nodes inside wider bounds': {
      change: [
        beside(
          'all-nodes',
          'preset: kubelet-serving',
          "sans: { dns: ['{node.name}', .corp.example], ip: [10.0.0.0/8], shared: [10.1.0.0/16] }",
        ),
      ],
      at: 'rules.nodes',
    },
  },
  UselessValue: {
    'a name of a node in capitals beside others': {
      change: [["['/(cp|worker)-[0-9]+/']", "['/(cp|worker)-[0-9]+/', '/CP-[0-9]+/']"]],
      at: 'rules.nodes.match.nodes[1]',
    },
    'addresses that no host has beside others': {
      change: [['ip: [10.1.0.0/16, 10.2.0.0/16]', 'ip: [10.1.0.0/16, 169.254.7.0/24]']],
      at: 'rules.nodes.sans.ip[1]',
    },
    'addresses of the API server': {
      change: [['192.0.2.0/28', '198.51.100.8/29']],
      at: 'rules.workloads.sans.ip[0]',
      also: ['BeyondSigner rules.workloads.sans.ip[0]'],
    },
    'a name of the API server': {
      change: [
        [".svc', web.example]", ".svc', api.corp.example]"],
        ['[.svc, web.example]', '[.svc, .example]'],
      ],
      at: 'rules.workloads.sans.dns[1]',
    },
    'the name kubernetes': {
      change: [
        [".svc', web.example]", ".svc', kubernetes.default]"],
        ['[.svc, web.example]', '[.svc, kubernetes.default]'],
      ],
      at: 'rules.workloads.sans.dns[1]',
    },
    'organizations with system: that are not spelled out': {
      change: [['organizations: [qa, tools]', "organizations: [qa, 'system:{requester.groups}']"]],
      at: 'rules.people.subject.organizations[1]',
    },
    'an e-mail address without a host': {
      change: [["email: ['mesh@corp.example']", "email: ['mesh@corp.example', mesh]"]],
      at: 'rules.workloads.sans.email[1]',
    },
    'a URI without a scheme': {
      change: [
        [
          "/sa/{requester.serviceAccount.name}']",
          "/sa/{requester.serviceAccount.name}', cluster.local]",
        ],
      ],
      at: 'rules.workloads.sans.uri[1]',
    },
    'a usage that the signer does not spell': {
      change: [
        [
          'usages: [client auth, server auth]\n    lifetime: { max: 24h }',
          'usages: [client auth, server auth, cert sign]\n    lifetime: { max: 24h }',
        ],
      ],
      at: 'rules.workloads.usages[2]',
      also: ['BeyondSigner rules.workloads.usages'],
    },
  },
  MatchesEverything: {
    'any group': {
      change: [[GROUPS, "groups: ['/.*/']"]],
      at: 'rules.people.match.requester.groups[0]',
      also: ['RenewsOnOldServers rules.people.match.requester'],
    },
    'any user name, written with a class': {
      change: [[GROUPS, "usernames: ['/[^\\s]+/']"]],
      at: 'rules.people.match.requester.usernames[0]',
      also: ['RenewsOnOldServers rules.people.match.requester'],
    },
    'any service account': {
      change: [[ACCOUNTS, String.raw`serviceAccounts: ['/.+\/.+/']`]],
      at: 'rules.workloads.match.requester.serviceAccounts[0]',
    },
    'any node': {
      change: [["nodes: ['/(cp|worker)-[0-9]+/']", "nodes: ['/[a-z0-9.-]+/']"]],
      at: 'rules.nodes.match.nodes[0]',
    },
    'all addresses, where addresses are proven by DNS': {
      change: [
        [
          'ip: [10.1.0.0/16, 10.2.0.0/16]\n      owner: [node]',
          'ip: [0.0.0.0/0]\n      owner: [node, dns]',
        ],
      ],
      at: 'rules.nodes.sans.ip[0]',
    },
    'all addresses, in two halves': {
      change: [
        [
          'ip: [10.1.0.0/16, 10.2.0.0/16]\n      owner: [node]',
          'ip: [0.0.0.0/1, 128.0.0.0/2, 192.0.0.0/2]\n      owner: [node, dns]',
        ],
      ],
      at: 'rules.nodes.sans.ip',
    },
    'all names of a named requester': {
      change: [
        [GROUPS, 'serviceAccounts: [shop/issuer]'],
        [COMMON_NAME, 'commonName: shop'],
        ['organizations: [qa, tools]', "organizations: ['/.*/']"],
      ],
      at: 'rules.people.subject.organizations[0]',
    },
    'all common names of a signer': {
      change: [["commonName: ['/mesh:[a-z0-9:.-]+/']", "commonName: '/.+/'"]],
      at: 'signers["example.com/mesh"].allow.subject.commonName',
    },
    'all URIs of a signer': {
      change: [[String.raw`uri: ['/spiffe:\/\/a\/.*/']`, "uri: ['/.*:.*/']"]],
      at: 'signers["example.com/mesh"].allow.sans.uri[0]',
    },
    'all e-mail addresses of a signer': {
      change: [["email: ['@corp.example']", "email: ['/.+@.+/']"]],
      at: 'signers["example.com/mesh"].allow.sans.email[0]',
    },
    'all addresses of a signer': {
      change: [['ip: [192.0.2.0/24]', "ip: [192.0.2.0/24, '::/0']"]],
      at: 'signers["example.com/mesh"].allow.sans.ip[1]',
    },
  },
  AmbiguousTemplate: {
    'namespace and name with a dash between': {
      change: [['.namespace}:{', '.namespace}-{']],
      at: 'rules.workloads.subject.commonName',
    },
    'namespace and name with nothing between': {
      change: [['.namespace}:{', '.namespace}{']],
      at: 'rules.workloads.subject.commonName',
    },
    'name and namespace with a dot between, the wrong way round': {
      change: [
        [
          '{requester.serviceAccount.name}.{requester.serviceAccount.namespace}.svc',
          '{requester.serviceAccount.name}-{requester.serviceAccount.namespace}.svc',
        ],
      ],
      at: 'rules.workloads.sans.dns[0]',
    },
    'a name without its namespace': {
      change: [[MESH_NAME, "commonName: 'mesh:{requester.serviceAccount.name}'"]],
      at: 'rules.workloads.subject.commonName',
    },
    'user name and group, which can hold anything': {
      change: [
        [
          'organizations: [qa, tools]',
          "organizations: ['{requester.username}:{requester.groups}']",
        ],
      ],
      at: 'rules.people.subject.organizations[0]',
    },
    'one user can take the other name of another': {
      change: [[COMMON_NAME, "commonName: ['{requester.username}', '{requester.username}@corp']"]],
      at: 'rules.people.subject.commonName[1]',
    },
  },
  SelfRenewing: {
    'certificates may ask': {
      change: [[GROUPS, `${GROUPS}\n        certificate: allow`]],
      at: 'rules.people.match.requester.certificate',
    },
  },
  RenewsOnOldServers: {
    'the group of the rule stands in its certificates': {
      change: [['organizations: [qa, tools]', "organizations: ['{requester.groups}']"]],
      at: 'rules.people.match.requester',
    },
    'the user of the rule stands in its certificates': {
      change: [[GROUPS, 'usernames: [jane]']],
      at: 'rules.people.match.requester',
    },
    'everybody who has logged in may ask': {
      change: [[GROUPS, "groups: ['system:authenticated']"]],
      at: 'rules.people.match.requester',
    },
    'anyone may ask': {
      change: [[`requester:\n        ${GROUPS}`, 'requester: anyone']],
      at: 'rules.people.match.requester',
    },
  },
  SelfReportedOnly: {
    'no bounds of names': {
      change: [["      dns: ['{node.name}', '{node.name}.corp.example']\n", '']],
      at: 'rules.nodes.sans',
    },
    'no bounds of addresses': {
      change: [['      ip: [10.1.0.0/16, 10.2.0.0/16]\n', '']],
      at: 'rules.nodes.sans',
    },
    'no bounds of names, although DNS has to agree': {
      change: [
        ["      dns: ['{node.name}', '{node.name}.corp.example']\n", ''],
        ['owner: [node]', 'owner: [node, dns]'],
      ],
      at: 'rules.nodes.sans',
    },
    'no bounds at all': {
      change: [beside('other-nodes', 'preset: kubelet-serving', 'match: { nodes: [edge] }')],
      at: 'rules.other-nodes.preset',
    },
    'bounds that hold everything': {
      change: [["dns: ['{node.name}', '{node.name}.corp.example']", "dns: ['/.*/']"]],
      at: 'rules.nodes.sans',
      also: ['MatchesEverything rules.nodes.sans.dns[0]'],
    },
  },
  SharedEverywhere: {
    'all ranges of the rule': {
      change: [['shared: [10.1.7.0/24]', 'shared: [10.0.0.0/8]']],
      at: 'rules.nodes.sans.shared',
    },
    'all addresses of a kind': {
      change: [['shared: [10.1.7.0/24]', "shared: ['::/0']"]],
      at: 'rules.nodes.sans.shared',
    },
  },
  KubeletsDenied: {
    'for what breaks the rule': {
      change: [
        ['onViolation: { transient: wait 5m then leave }', 'onViolation: { default: deny }'],
      ],
      at: 'rules.nodes.onViolation.default',
    },
    'for what may pass': {
      change: [['wait 5m then leave', 'wait 5m then deny']],
      at: 'rules.nodes.onViolation.transient',
    },
  },
  ClusterPower: {
    "kubeadm's administrators": {
      change: [['[qa, tools]', "[qa, 'kubeadm:cluster-admins']"]],
      at: 'rules.people.subject.organizations[1]',
    },
    'a part of the control plane': {
      change: [
        [GROUPS, "groups: ['oidc:ops']"],
        [COMMON_NAME, "commonName: ['{requester.username}', 'system:kube-scheduler']"],
      ],
      at: 'rules.people.subject.commonName[1]',
    },
    'a group of nodes': {
      change: [['[qa, tools]', "[qa, 'system:nodes']"]],
      at: 'rules.people.subject.organizations[1]',
    },
    'another name of Kubernetes': {
      change: [['[qa, tools]', "[qa, 'system:monitoring']"]],
      at: 'rules.people.subject.organizations[1]',
    },
    'a group that is called like administrators': {
      change: [['[qa, tools]', "[qa, 'oidc:admins']"]],
      at: 'rules.people.subject.organizations[1]',
    },
    'of a signer': {
      change: [
        [
          '        organizations: [mesh]\n        organizationalUnits',
          "        organizations: [mesh, 'system:nodes']\n        organizationalUnits",
        ],
      ],
      at: 'signers["example.com/mesh"].allow.subject.organizations[1]',
    },
  },
  RequesterNamesItself: {
    'any common name for a group of people': {
      change: [[COMMON_NAME, "commonName: '/.*/'"]],
      at: 'rules.people.subject.commonName',
    },
    'a common name with a fixed part': {
      change: [[COMMON_NAME, "commonName: '/[a-z]+@corp/'"]],
      at: 'rules.people.subject.commonName',
    },
    'groups that are not those of the requester': {
      change: [['[qa, tools]', "[qa, '/team-[a-z]+/']"]],
      at: 'rules.people.subject.organizations[1]',
    },
    'identities of other workloads': {
      change: [
        [
          String.raw`uri: ['spiffe://a/ns/{requester.serviceAccount.namespace}/sa/{requester.serviceAccount.name}']`,
          String.raw`uri: ['/spiffe:\/\/a\/.*/']`,
        ],
      ],
      at: 'rules.workloads.sans.uri[0]',
    },
    'every name below a domain': {
      change: [
        [".svc', web.example]", ".svc', .shop.svc]"],
        ['[.svc, web.example]', '[.svc]'],
      ],
      at: 'rules.workloads.sans.dns[1]',
    },
  },
  NamelessClient: {
    'no common name for the API server': {
      change: [[`      ${COMMON_NAME}\n`, '']],
      at: 'rules.people.subject.commonName',
    },
  },
  LifetimeUnbounded: {
    'a signer that is not ours': {
      change: [[PEOPLE_LIFETIME, '']],
      at: 'rules.people.lifetime.max',
    },
    'a signer of ours that does not say either': {
      change: [
        ['    lifetime: { max: 24h }\n', ''],
        ['lifetime: { default: 12h, max: 168h }', 'lifetime: { default: 12h }'],
      ],
      at: 'rules.workloads.lifetime.max',
    },
  },
  DefaultTooLong: {
    'the default of the signer is longer than the rule takes': {
      change: [['default: 12h', 'default: 48h']],
      at: 'rules.workloads.lifetime.max',
    },
  },
  BeyondSigner: {
    'a literal that the signer does not give': {
      change: [
        [
          'organizations: [mesh]\n      organizationalUnits',
          'organizations: [mesh, more]\n      organizationalUnits',
        ],
      ],
      at: 'rules.workloads.subject.organizations[1]',
    },
    'a kind of name that the signer does not give': {
      change: [["        email: ['@corp.example']\n", '']],
      at: 'rules.workloads.sans.email',
    },
    'a template of which the signer gives nothing': {
      change: [["'/mesh:[a-z0-9:.-]+/'", "'/web:[a-z0-9:.-]+/'"]],
      at: 'rules.workloads.subject.commonName',
    },
    'a range wider than that of the signer': {
      change: [['192.0.2.0/28', '192.0.0.0/16']],
      at: 'rules.workloads.sans.ip[0]',
    },
    'a usage that the signer does not give': {
      change: [['      usages: [client auth, server auth]\n', '      usages: [client auth]\n']],
      at: 'rules.workloads.usages',
    },
    'a pattern of which the signer gives only a part': {
      change: [
        [ACCOUNTS, 'serviceAccounts: [shop/issuer]'],
        [
          "email: ['mesh@corp.example']",
          "email: ['/.+@corp[.]example/', '/[a-z]+@[a-z]+[.]example/']",
        ],
      ],
      at: 'rules.workloads.sans.email[1]',
    },
    'a signer that gives kubelets no name': {
      change: [
        [
          'apiServerNames:',
          '  kubernetes.io/kubelet-serving:\n    ca: { files: { cert: a, key: b } }\n    allow: { subject: { organizations: [system:nodes] }, sans: { dns: [.corp.example], ip: [10.0.0.0/8] } }\napiServerNames:',
        ],
      ],
      at: 'signers["kubernetes.io/kubelet-serving"].allow.subject',
    },
  },
  AttributeLeftOut: {
    'an attribute that the signer does not name': {
      change: [
        [
          '        organizations: [mesh]\n        organizationalUnits: [shop]\n',
          '        organizations: [mesh]\n',
        ],
      ],
      at: 'rules.workloads.subject.organizationalUnits',
    },
  },
  SignerWiderThanRules: {
    'a kind of name that no rule approves': {
      change: [["      email: ['mesh@corp.example']\n", '']],
      at: 'signers["example.com/mesh"].allow.sans.email',
    },
    'a usage that no rule approves': {
      change: [
        [
          '      usages: [client auth, server auth]\n',
          '      usages: [client auth, server auth, code signing]\n',
        ],
      ],
      at: 'signers["example.com/mesh"].allow.usages',
    },
    'addresses that no rule approves': {
      change: [['      ip: [192.0.2.0/28]\n', '']],
      at: 'signers["example.com/mesh"].allow.sans.ip',
    },
  },
  TrustShared: {
    'two signers with one CA, of which one publishes': {
      change: [
        [
          'apiServerNames:',
          `    trust: { clusterTrustBundle: true }
  kubernetes.io/kube-apiserver-client:
    ca: { files: { cert: mesh.crt, key: mesh.key } }
    lifetime: { default: 8h }
apiServerNames:`,
        ],
      ],
      at: 'signers["example.com/mesh"].trust',
    },
  },
  SignerWithoutRule: {
    'nothing is approved for it': {
      change: [
        [
          'apiServerNames:',
          '  kubernetes.io/kube-apiserver-client-kubelet:\n    ca: { files: { cert: a, key: b } }\napiServerNames:',
        ],
      ],
      at: 'signers["kubernetes.io/kube-apiserver-client-kubelet"]',
    },
    'the only rule reports': {
      change: [['  workloads:\n', '  workloads:\n    mode: shadow\n']],
      at: 'signers["example.com/mesh"]',
    },
  },
  RuleWithoutSigner: {
    'a name that this policy does not sign': {
      change: [
        beside(
          'others',
          'match: { signerName: example.com/other, requester: { usernames: [jane] } }',
          'subject: { commonName: mesh }',
          'usages: [server auth]',
        ),
      ],
      at: 'rules.others.match.signerName',
    },
    'a name that Kubernetes does not sign': {
      change: [
        [
          '    match:\n      signerName: kubernetes.io/kube-apiserver-client\n',
          '    match:\n      signerName: kubernetes.io/kube-apiserver-clients\n',
        ],
      ],
      at: 'rules.people.match.signerName',
    },
  },
  OverlapsControllerManager: {
    'the preset kubelet-client': {
      change: [beside('joining', 'preset: kubelet-client')],
      at: 'rules.joining.preset',
    },
  },
};

/** What differs from a case above in one thing and is as quiet as the policy itself. */
export const quietCases: Readonly<Record<string, LintCase['change']>> = {
  'a rule that ends a second from now': [['2027-01-31T00:00:00Z', '2026-11-22T12:00:01Z']],
  'service accounts in the group of all service accounts': [
    [ACCOUNTS, `groups: ['system:serviceaccounts']\n        ${ACCOUNTS}`],
  ],
  'service accounts in the group of their namespace': [
    [ACCOUNTS, `groups: ['/system:serviceaccounts:.*/']\n        ${ACCOUNTS}`],
  ],
  'service accounts and their own user names': [
    [ACCOUNTS, `usernames: ['/system:serviceaccount:.*/']\n        ${ACCOUNTS}`],
  ],
  'a user that is a node of the rule': [
    [
      "nodes: ['/(cp|worker)-[0-9]+/']",
      "nodes: ['/(cp|worker)-[0-9]+/']\n      requester: { usernames: ['system:node:cp-1'] }",
    ],
  ],
  'a pattern that matches names with system: among others': [
    [GROUPS, 'usernames: [issuer]'],
    [COMMON_NAME, "commonName: '/s[a-z:]+/'"],
  ],
  'a rule beside it with a shorter life': [broader('lifetime: { max: 4h }')],
  'a rule beside it with other keys': [broader('lifetime: { max: 12h }', 'keys: [ed25519]')],
  'a rule beside it that only reports': [broader('lifetime: { max: 12h }', 'mode: shadow')],
  'a rule beside it that puts requests before a person': [
    broader('lifetime: { max: 12h }', 'mode: review'),
  ],
  'a rule beside it that ends earlier': [
    broader('lifetime: { max: 12h }', 'validUntil: 2027-01-30T00:00:00Z'),
  ],
  'a rule beside it with fewer usages': [
    broader('lifetime: { max: 12h }', 'usages: [client auth]'),
  ],
  'loopback beside nothing else is refused, private addresses are not': [
    ['ip: [10.1.0.0/16, 10.2.0.0/16]', 'ip: [10.1.0.0/16, 172.16.0.0/12]'],
  ],
  'a pattern for a part of all groups': [[GROUPS, "groups: ['/oidc:.*/']"]],
  'a signer that publishes what verifies its own certificates': [
    ['apiServerNames:', '    trust: { clusterTrustBundle: true }\napiServerNames:'],
  ],
  'half of all addresses': [['ip: [192.0.2.0/24]', 'ip: [128.0.0.0/1]']],
  'namespace and name with a slash between': [
    ['.namespace}:{', '.namespace}/{'],
    ['/mesh:[a-z0-9:.-]+/', '/mesh:[a-z0-9:.\\/-]+/'],
  ],
  'namespace and name with a dot between': [['.namespace}:{', '.namespace}.{']],
  'a name without its namespace, where there is only one namespace': [
    [ACCOUNTS, String.raw`serviceAccounts: ['/shop\/[a-z0-9-]+/']`],
    [MESH_NAME, "commonName: 'mesh:{requester.serviceAccount.name}'"],
  ],
  'addresses without bounds that DNS proves': [
    ['      ip: [10.1.0.0/16, 10.2.0.0/16]\n      owner: [node]', '      owner: [node, dns]'],
  ],
  'a part of the ranges is shared': [['shared: [10.1.7.0/24]', 'shared: [10.1.0.0/16]']],
  'a name of power that a person looks at': [
    ['    validUntil: 2027-01-31T00:00:00Z\n', '    mode: review\n'],
    ['[qa, tools]', "[qa, 'kubeadm:cluster-admins']"],
  ],
  'a group with admin in the middle': [['[qa, tools]', "[qa, 'oidc:admin-tools']"]],
  'a pattern for one named requester': [
    [GROUPS, 'usernames: [issuer]'],
    [COMMON_NAME, "commonName: '/[a-z]+@corp/'"],
  ],
  'a lifetime that only the signer bounds': [['    lifetime: { max: 24h }\n', '']],
  'a default as long as the rule takes': [['default: 12h', 'default: 24h']],
};
