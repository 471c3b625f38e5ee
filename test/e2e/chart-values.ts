// SPDX-License-Identifier: Apache-2.0
// Values for the chart: those that it takes, with the rights that they must lead to, and those that it refuses.

const CLIENT = 'kubernetes.io/kube-apiserver-client';
const CLIENT_KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
export const SERVING = 'kubernetes.io/kubelet-serving';
export const MESH = 'example.com/mesh';

const uris = { uri: ['/spiffe:\\/\\/cluster\\.local\\/.*/'] };

export const meshSigner = {
  ca: { secret: 'mesh-ca' },
  lifetime: { default: '24h', max: '168h' },
  allow: { sans: uris, usages: ['client auth', 'server auth', 'digital signature'] },
};

const meshRule = {
  match: { signerName: MESH, requester: { serviceAccounts: ['istio-system/istiod'] } },
  sans: { ...uris, max: 1 },
  usages: ['client auth', 'server auth', 'digital signature'],
  lifetime: { max: '24h' },
};

export const developers = {
  match: { signerName: CLIENT, requester: { groups: ['oidc:dev-team'] } },
  subject: { commonName: '{requester.username}' },
  lifetime: { max: '8h' },
};

const mesh = { policy: { rules: { mesh: meshRule }, signers: { [MESH]: meshSigner } } };

/** Values, and what the rights that are made of them must be. */
interface Case {
  readonly values: object;
  readonly approves: readonly string[];
  readonly signs: readonly string[];
  readonly readsNodes: boolean;
  /** What the API server warns of in a restricted namespace. */
  readonly warns?: RegExp;
}

/** Those of the default policy. */
const kubelets = { approves: [SERVING], signs: [], readsNodes: true };

/** Values that the chart takes. */
export const accepted: Readonly<Record<string, Case>> = {
  'the default: serving certificates of kubelets': { values: {}, ...kubelets },
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
  'a rule whose fields were taken away again': {
    values: {
      policy: { rules: { developers: { ...developers, mode: null, onViolation: null } } },
    },
    approves: [CLIENT, SERVING],
    signs: [],
    readsNodes: true,
  },
  'a signer with its CA in a Secret': {
    values: mesh,
    approves: [MESH, SERVING],
    signs: [MESH],
    readsNodes: true,
  },
  'a signer whose CA is made at installation': {
    values: {
      ...mesh,
      createCAs: {
        'mesh-ca': { subject: 'CN=mesh CA,O=Example', key: 'rsa-3072', lifetime: '365d' },
      },
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
    values: { controllers: ['approver'], policy: { signers: { [MESH]: meshSigner } } },
    ...kubelets,
  },
  'only the signer': {
    values: { controllers: ['signer'], policy: { signers: { [MESH]: meshSigner } } },
    approves: [],
    signs: [MESH],
    readsNodes: false,
  },
  'one replica, and no election': {
    values: { replicas: 1, leaderElection: { enabled: false } },
    ...kubelets,
  },
  'no replica': { values: { replicas: 0 }, ...kubelets },
  'a host network, for clusters without another': {
    values: { hostNetwork: true, apiServer: { host: '2001:db8::1' }, metrics: { port: 9443 } },
    ...kubelets,
    warns: /would violate PodSecurity "restricted:latest": host namespaces \(hostNetwork=true\)/,
  },
  'a NetworkPolicy': { values: { networkPolicy: { enabled: true } }, ...kubelets },
  'a NetworkPolicy that names everybody': {
    values: {
      networkPolicy: {
        enabled: true,
        metricsFrom: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
        ],
        apiServer: { cidrs: ['192.0.2.10/32', '2001:db8::/64'], ports: [6443] },
      },
      policy: { rules: { 'kubelet-serving': { sans: { owner: ['node', 'dns'] } } } },
    },
    ...kubelets,
  },
  'a NetworkPolicy, and an API server behind a name': {
    values: {
      networkPolicy: { enabled: true },
      apiServer: { host: 'api.corp.example', port: 8443 },
    },
    ...kubelets,
  },
  'no metrics, and a NetworkPolicy': {
    values: { metrics: { enabled: false }, networkPolicy: { enabled: true } },
    ...kubelets,
  },
  'all that Prometheus and Grafana find': {
    values: {
      metrics: {
        serviceMonitor: { enabled: true, interval: '15s', labels: { prometheus: 'infra' } },
        prometheusRule: { enabled: true, labels: { prometheus: 'infra' } },
        dashboard: { enabled: true },
      },
    },
    ...kubelets,
  },
  'people and programs that may ask': {
    values: {
      requester: {
        subjects: [
          { kind: 'Group', name: 'oidc:dev-team' },
          { kind: 'User', name: 'jane' },
          { kind: 'ServiceAccount', namespace: 'istio-system', name: 'istiod' },
        ],
      },
    },
    ...kubelets,
  },
  'no budget for disruptions, and no role to ask': {
    values: { podDisruptionBudget: { enabled: false }, requester: { create: false } },
    ...kubelets,
  },
  'a budget in percent': {
    values: { replicas: 4, podDisruptionBudget: { maxUnavailable: '50%' } },
    ...kubelets,
  },
  'an account of somebody else': {
    values: { serviceAccount: { create: false, name: 'made-elsewhere' } },
    ...kubelets,
  },
  'pods wherever they fit': {
    values: {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchExpressions: [
                  { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' },
                ],
              },
            ],
          },
        },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'topology.kubernetes.io/zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'kube-csr-approver' } },
        },
      ],
      tolerations: [{ operator: 'Exists' }],
      nodeSelector: { 'kubernetes.io/os': null, 'example.com/infra': 'true' },
    },
    ...kubelets,
  },
  'names of its own for the API server': {
    values: {
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['192.0.2.53'], options: [{ name: 'ndots', value: '1' }] },
    },
    ...kubelets,
  },
  'slower probes': {
    values: { probes: { startup: { failureThreshold: 300 }, readiness: { timeoutSeconds: 30 } } },
    ...kubelets,
  },
  'everything that a pod may be told': {
    values: {
      replicas: 3,
      fullnameOverride: 'csr',
      logLevel: 'debug',
      events: 'all',
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
      rbac: { approve: [MESH], sign: ['example.com/*'], caSecrets: ['another-ca'] },
      priorityClassName: 'system-node-critical',
      deploymentAnnotations: { 'example.com/note': 'a note' },
      podAnnotations: { 'example.com/note': 'a note' },
      podLabels: { 'example.com/team': 'infra' },
      commonLabels: { 'example.com/cost': '42' },
      extraArgs: ['--log-level=info'],
      extraEnv: [{ name: 'TZ', value: 'UTC' }],
      nodeOptions: '--max-old-space-size=512',
      resources: { limits: { memory: '1Gi', cpu: '2' } },
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
    'a value that there is not, deep inside': {
      values: { metrics: { serviceMonitor: { enable: true } } },
      says: "at '/metrics/serviceMonitor': additional properties 'enable' not allowed",
    },
    'a value that must be there': {
      values: { probes: null },
      says: "missing property 'probes'",
    },
    'a number in quotes': {
      values: { replicas: '2' },
      says: "at '/replicas': got string, want integer",
    },
    'a controller that there is not': {
      values: { controllers: ['approver', 'denier'] },
      says: "at '/controllers/1'",
    },
    'a digest that is none': {
      values: { image: { digest: 'latest' } },
      says: "at '/image/digest'",
    },
    'several replicas that nobody leads': {
      values: { leaderElection: { enabled: false } },
      says: 'without it several replicas would decide at once; set replicas to 1',
    },
    'a signer name without a path': {
      values: { policy: { signers: { mesh: meshSigner } } },
      says: "invalid propertyName 'mesh'",
    },
    'a policy of nothing': {
      values: { policy: { rules: { 'kubelet-serving': null } } },
      says: 'policy: there are neither rules nor signers',
    },
    'a field of a rule that there is not': {
      values: { policy: { rules: { 'kubelet-serving': { san: {} } } } },
      says: "at '/policy/rules/kubelet-serving': additional properties 'san' not allowed",
    },
    'a mode that there is not': {
      values: { policy: { rules: { 'kubelet-serving': { mode: 'audit' } } } },
      says: "at '/policy/rules/kubelet-serving/mode': value must be one of 'enforce', 'shadow'",
    },
    'a preset that there is not': {
      values: { policy: { rules: { 'kubelet-serving': { preset: 'kubelet' } } } },
      says: "at '/policy/rules/kubelet-serving/preset'",
    },
    'a rule of no signer': {
      values: { policy: { rules: { developers: { ...developers, match: {} } } } },
      says: "at '/policy/rules/developers/match': missing properties 'signerName', 'requester'",
    },
    'a signer without a CA': {
      values: { policy: { signers: { [MESH]: { ...meshSigner, ca: null } } } },
      says: `policy.signers: ${MESH} has no ca`,
    },
    'a CA to be made for no signer': {
      values: { createCAs: { 'mesh-ca': {} } },
      says: 'createCAs: no signer has the CA of Secret mesh-ca',
    },
    'a CA with a key of another kind': {
      values: { ...mesh, createCAs: { 'mesh-ca': { key: 'dsa' } } },
      says: "at '/createCAs/mesh-ca/key': value must be one of 'ecdsa-p256'",
    },
    'an existing ConfigMap whose signers nobody names': {
      values: { policy: { existingConfigMap: 'certificates' } },
      says: 'name the signers of its rules in rbac.approve',
    },
    'the right to approve for every signer': {
      values: { rbac: { approve: ['*'] } },
      says: "at '/rbac/approve/0': '*' does not match pattern",
    },
    'somebody who may ask and is nobody': {
      values: { requester: { subjects: [{ kind: 'Team', name: 'dev' }] } },
      says: "at '/requester/subjects/0/kind'",
    },
    'a service account of no namespace': {
      values: { requester: { subjects: [{ kind: 'ServiceAccount', name: 'istiod' }] } },
      says: 'requester.subjects: a ServiceAccount has a namespace',
    },
    "nobody's service account": {
      values: { serviceAccount: { create: false } },
      says: 'serviceAccount.name is needed',
    },
    'a NetworkPolicy in the network of the node': {
      values: { hostNetwork: true, networkPolicy: { enabled: true } },
      says: 'a NetworkPolicy does not hold for pods in the network of their node',
    },
    'a port of an API server without its host': {
      values: { apiServer: { port: 8443 } },
      says: 'apiServer.port: it is used with apiServer.host only',
    },
    'pods that the Deployment does not select': {
      values: { podLabels: { 'app.kubernetes.io/name': 'another' } },
      says: "invalid propertyName 'app.kubernetes.io/name'",
    },
    'pods of another release': {
      values: { podLabels: { 'app.kubernetes.io/instance': 'another' } },
      says: "invalid propertyName 'app.kubernetes.io/instance'",
    },
    'objects with a label twice': {
      values: { commonLabels: { 'app.kubernetes.io/name': 'another' } },
      says: "invalid propertyName 'app.kubernetes.io/name'",
    },
    'a ServiceMonitor with a label twice': {
      values: { metrics: { serviceMonitor: { labels: { 'app.kubernetes.io/version': '1' } } } },
      says: "invalid propertyName 'app.kubernetes.io/version'",
    },
    'one port for two things': {
      values: { metrics: { port: 8081 } },
      says: 'metrics.port: it is the same as healthPort',
    },
    'a ServiceMonitor without metrics': {
      values: { metrics: { enabled: false, serviceMonitor: { enabled: true } } },
      says: 'metrics.serviceMonitor.enabled: there are no metrics without metrics.enabled',
    },
  };
