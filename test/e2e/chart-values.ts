// SPDX-License-Identifier: Apache-2.0
// Values for the chart: those that it takes, with the rights that they must lead to, and those that it refuses.

const CLIENT = 'kubernetes.io/kube-apiserver-client';
const CLIENT_KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
export const SERVING = 'kubernetes.io/kubelet-serving';
export const MESH = 'example.com/mesh';

const meshSigner = {
  lifetime: { default: '24h', max: '168h' },
  allow: {
    sans: { uri: ['/spiffe:\\/\\/cluster\\.local\\/.*/'] },
    usages: ['client auth', 'server auth', 'digital signature'],
  },
};

const meshRule = {
  match: { signerName: MESH, requester: { serviceAccounts: ['istio-system/istiod'] } },
  sans: { uri: ['/spiffe:\\/\\/cluster\\.local\\/ns\\/[a-z0-9-]+\\/sa\\/[a-z0-9.-]+/'], max: 1 },
  usages: ['client auth', 'server auth', 'digital signature'],
  lifetime: { max: '24h' },
};

export const developers = {
  match: { signerName: CLIENT, requester: { groups: ['oidc:dev-team'] } },
  subject: { commonName: '{requester.username}' },
  lifetime: { max: '8h' },
};

/** Values, and what the rights that are made of them must be. */
interface Case {
  readonly values: object;
  readonly approves: readonly string[];
  readonly signs: readonly string[];
  readonly readsNodes: boolean;
}

/** Values that the chart takes. */
export const accepted: Readonly<Record<string, Case>> = {
  'the default: serving certificates of kubelets': {
    values: {},
    approves: [SERVING],
    signs: [],
    readsNodes: true,
  },
  'other rules instead of the default one': {
    values: {
      policy: {
        rules: { 'kubelet-serving': null, nodes: { preset: 'kubelet-client' }, developers },
      },
    },
    approves: [CLIENT, CLIENT_KUBELET],
    signs: [],
    readsNodes: false,
  },
  'a rule that is put before a person may still deny': {
    values: { policy: { rules: { developers: { ...developers, mode: 'review' } } } },
    approves: [CLIENT, SERVING],
    signs: [],
    readsNodes: true,
  },
  'shadow rules may approve nothing, and look at nodes': {
    values: { policy: { mode: 'shadow', rules: { developers } } },
    approves: [],
    signs: [],
    readsNodes: true,
  },
  'one enforced rule in a shadow policy': {
    values: {
      policy: { mode: 'shadow', rules: { developers: { ...developers, mode: 'enforce' } } },
    },
    approves: [CLIENT],
    signs: [],
    readsNodes: true,
  },
  'a signer with its CA in a Secret': {
    values: {
      policy: { rules: { mesh: meshRule }, signers: { [MESH]: meshSigner } },
      caSecrets: { [MESH]: 'mesh-ca' },
    },
    approves: [MESH, SERVING],
    signs: [MESH],
    readsNodes: true,
  },
  'a signer with its CA in a volume of its own': {
    values: {
      policy: {
        rules: { 'kubelet-serving': null },
        signers: {
          [MESH]: { ...meshSigner, ca: { files: { cert: '/ca/tls.crt', key: '/ca/tls.key' } } },
        },
      },
      extraVolumes: [{ name: 'ca', csi: { driver: 'secrets-store.csi.k8s.io', readOnly: true } }],
      extraVolumeMounts: [{ name: 'ca', mountPath: '/ca', readOnly: true }],
    },
    approves: [],
    signs: [MESH],
    readsNodes: false,
  },
  'only the approver': {
    values: {
      controllers: ['approver'],
      policy: { signers: { [MESH]: meshSigner } },
      caSecrets: { [MESH]: 'mesh-ca' },
    },
    approves: [SERVING],
    signs: [],
    readsNodes: true,
  },
  'only the signer': {
    values: {
      controllers: ['signer'],
      policy: { signers: { [MESH]: meshSigner } },
      caSecrets: { [MESH]: 'mesh-ca' },
    },
    approves: [],
    signs: [MESH],
    readsNodes: false,
  },
  'everything that a pod may be told': {
    values: {
      replicas: 0,
      fullnameOverride: 'csr',
      logLevel: 'debug',
      healthPort: 9000,
      image: {
        registry: 'registry.example:5000',
        repository: 'infra/csr',
        digest: `sha256:${'0123456789abcdef'.repeat(4)}`,
        pullPolicy: 'Always',
        pullSecrets: ['pull'],
      },
      serviceAccount: { name: 'csr-account', annotations: { 'example.com/team': 'infra' } },
      policy: { apiServerNames: ['api.corp.example', '192.0.2.10'] },
      rbac: { approve: [MESH], sign: ['example.com/*'] },
      priorityClassName: 'system-cluster-critical',
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      podAnnotations: { 'example.com/note': 'a note' },
      podLabels: { 'example.com/team': 'infra' },
      commonLabels: { 'example.com/cost': '42' },
      extraArgs: ['--log-level=info'],
      extraEnv: [{ name: 'TZ', value: 'UTC' }],
    },
    approves: [MESH, SERVING],
    signs: ['example.com/*'],
    readsNodes: true,
  },
};

/** Values that the chart refuses, and a part of what it says. */
export const refused: Readonly<Record<string, { readonly values: object; readonly says: string }>> =
  {
    'a value that there is not': { values: { replica: 1 }, says: "'replica' not allowed" },
    'two replicas': { values: { replicas: 2 }, says: "at '/replicas': maximum" },
    'a controller that there is not': {
      values: { controllers: ['approver', 'denier'] },
      says: "at '/controllers/1'",
    },
    'a digest that is none': {
      values: { image: { digest: 'latest' } },
      says: "at '/image/digest'",
    },
    'a signer name without a path': {
      values: { policy: { signers: { mesh: meshSigner } } },
      says: "invalid propertyName 'mesh'",
    },
    'a policy of nothing': {
      values: { policy: { rules: { 'kubelet-serving': null } } },
      says: 'policy: there are neither rules nor signers',
    },
    'a rule of no signer': {
      values: { policy: { rules: { developers: { ...developers, match: {} } } } },
      says: 'policy.rules.developers: match.signerName or a known preset is needed',
    },
    'a signer without a CA': {
      values: { policy: { signers: { [MESH]: meshSigner } } },
      says: `policy.signers: ${MESH} has no CA; name a Secret in caSecrets`,
    },
    'a CA of no signer': {
      values: { caSecrets: { [MESH]: 'mesh-ca' } },
      says: `caSecrets: ${MESH} is not in policy.signers`,
    },
    'a signer with two CAs': {
      values: {
        policy: {
          signers: { [MESH]: { ...meshSigner, ca: { files: { cert: '/a', key: '/b' } } } },
        },
        caSecrets: { [MESH]: 'mesh-ca' },
      },
      says: `policy.signers: ${MESH} has a ca of its own and one in caSecrets`,
    },
    'an existing ConfigMap whose signers nobody names': {
      values: { policy: { existingConfigMap: 'certificates' } },
      says: 'name the signers of its rules in rbac.approve',
    },
    "nobody's service account": {
      values: { serviceAccount: { create: false } },
      says: 'serviceAccount.name is needed',
    },
  };
