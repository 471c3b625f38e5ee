// SPDX-License-Identifier: Apache-2.0
// Reason codes of the policy: what a rule or a guard found wrong with a readable request.

import type { Reason } from './reason.js';

/** Codes that checks and guards give. A retired code is never used again. */
export const decidingReasons = {
  PolicyApproved: {
    meaning: 'An enforced rule matched the request and every check passed.',
    requester: 'Wait for the certificate in status.certificate.',
    operator:
      'Nothing; `csr-approver explain` shows the checks, and the hash in the message names the policy.',
  },
  ReviewRequired: {
    meaning: 'A rule in mode review matched and every check passed; a person is to decide.',
    requester: 'Ask the operator to look at the request.',
    operator:
      'Look at it with `csr-approver explain`, then `kubectl certificate approve` or `deny`.',
  },
  NoRuleMatches: {
    meaning:
      'No rule in force speaks of this signer name and requester, so the request is left alone.',
    requester: 'Ask the operator whether there is a rule for you.',
    operator: 'Nothing if somebody else decides such requests; else write a rule.',
  },
  CommonNameNotAllowed: {
    meaning: 'The common name is not one that the rule allows this requester.',
    requester: 'Use the common name that the message shows as allowed.',
    operator: 'Widen `subject.commonName` of the rule if the name is right.',
  },
  CommonNameMissing: {
    meaning: 'The rule expects a common name and the request has none.',
    requester: 'Put a common name (CN) into the subject.',
    operator:
      'Remove `subject.commonName` from the rule if certificates without a name are wanted.',
  },
  OrganizationNotAllowed: {
    meaning: 'An organization (a group, to Kubernetes) is not one that the rule allows.',
    requester: 'Leave out the organizations that the message names.',
    operator: 'Add the organization to `subject.organizations` of the rule if it is right.',
  },
  DnsNameNotAllowed: {
    meaning: 'A DNS name lies outside what the rule allows.',
    requester: 'Leave out the names that the message shows.',
    operator: 'Add the name, or a pattern for it, to `sans.dns` of the rule if it is right.',
  },
  AddressNotAllowed: {
    meaning: 'An IP address lies outside what the rule allows.',
    requester: 'Leave out the addresses that the message shows.',
    operator: 'Add the address or its range to `sans.ip` of the rule if it is right.',
  },
  UriNotAllowed: {
    meaning: 'A URI lies outside what the rule allows.',
    requester: 'Leave out the URIs that the message shows.',
    operator: 'Add the URI, or a pattern for it, to `sans.uri` of the rule if it is right.',
  },
  EmailNotAllowed: {
    meaning: 'An e-mail address lies outside what the rule allows.',
    requester: 'Leave out the e-mail addresses that the message shows.',
    operator: 'Add the address, or a pattern for it, to `sans.email` of the rule if it is right.',
  },
  TooFewNames: {
    meaning: 'The request has fewer subject alternative names than the rule asks for.',
    requester: 'Add the names that the certificate is for.',
    operator: 'Lower `sans.min` of the rule.',
  },
  TooManyNames: {
    meaning: 'The request has more subject alternative names than the rule allows.',
    requester: 'Ask for fewer names, or make several requests.',
    operator: 'Raise `sans.max` of the rule.',
  },
  UsageNotAllowed: {
    meaning: 'A usage is not among those that the rule, or the contract of the signer, allows.',
    requester: 'Leave out the usages that the message shows.',
    operator: 'Add the usage to `usages` of the rule, where the signer has no fixed contract.',
  },
  UsageMissing: {
    meaning: 'A usage that the contract of the signer demands is missing.',
    requester: 'Add the usages that the message shows.',
    operator:
      'Look at the client: the contract of Kubernetes for this signer demands the usage, and no policy changes it.',
  },
  KeyNotAllowed: {
    meaning: 'The key is of a kind or size that the rule does not allow.',
    requester: 'Make a key of a kind that the message shows as allowed.',
    operator: 'Widen `keys` of the rule.',
  },
  LifetimeTooLong: {
    meaning: 'The request asks for a longer life than the rule allows.',
    requester: 'Set spec.expirationSeconds to at most what the message shows.',
    operator: 'Raise `lifetime.max` of the rule.',
  },
  LifetimeMissing: {
    meaning:
      'The rule limits the lifetime, the request does not say one, and the signer is not ours to know its default.',
    requester: 'Set spec.expirationSeconds to at most what the message shows.',
    operator: 'Remove `lifetime.max` from the rule, or let this program sign for that signer name.',
  },
  CertificateRequester: {
    meaning:
      'The requester authenticated with a client certificate; a certificate must not renew itself, else access never ends.',
    requester: 'Ask with another credential (OIDC, a service account token).',
    operator:
      'Set `match.requester.certificate: allow` in the rule if renewal by certificate is wanted.',
  },
  KubeletOrganization: {
    meaning: 'A kubelet certificate must have exactly the organization system:nodes.',
    requester: 'Ask with exactly one organization, system:nodes.',
    operator:
      'Look at the node: kubelets ask for exactly this, and the contract of Kubernetes cannot be widened.',
  },
  KubeletCommonName: {
    meaning: 'A kubelet certificate must have a common name that begins with system:node:.',
    requester: 'Ask for the common name system:node:<node name>.',
    operator:
      'Look at the node: kubelets ask for exactly this, and the contract of Kubernetes cannot be widened.',
  },
  KubeletDnsName: {
    meaning: 'A kubelet client certificate must not have DNS names.',
    requester: 'Ask without subject alternative names.',
    operator:
      'Look whether the node wanted a serving certificate, which kubernetes.io/kubelet-serving gives.',
  },
  KubeletEmail: {
    meaning: 'A kubelet certificate must not have e-mail addresses.',
    requester: 'Ask without e-mail addresses.',
    operator:
      'Look at the node: kubelets never ask for this, and the contract of Kubernetes cannot be widened.',
  },
  KubeletAddress: {
    meaning: 'A kubelet client certificate must not have IP addresses.',
    requester: 'Ask without subject alternative names.',
    operator:
      'Look whether the node wanted a serving certificate, which kubernetes.io/kubelet-serving gives.',
  },
  KubeletUri: {
    meaning: 'A kubelet certificate must not have URIs.',
    requester: 'Ask without URIs.',
    operator:
      'Look at the node: kubelets never ask for this; for workload identities use a custom signer.',
  },
  KubeletNamesMissing: {
    meaning: 'A kubelet serving certificate needs at least one DNS name or IP address.',
    requester: 'Ask for the addresses of the node.',
    operator:
      'Look at the client: a kubelet that knows no address of its own yet does not ask at all.',
  },
  KubeletUsages: {
    meaning: 'The usages are not exactly those of this kubelet signer.',
    requester: 'Ask for the usages that the message shows.',
    operator: 'Look at the client: only kubelets and what behaves like one should ask this signer.',
  },
  CommonNameNotRequester: {
    meaning: 'A kubelet asked for a serving certificate under a name that is not its own.',
    requester: 'Ask for the common name that you authenticate as.',
    operator: 'Look at the node: kubelets do not ask for other names by themselves.',
  },
  NodeNotFound: {
    meaning: 'The Node of the requester is not registered yet, so nothing proves its names.',
    requester: 'Nothing; the request is decided as soon as the Node is there.',
    operator: 'If it stays so, look why the kubelet does not register its Node.',
  },
  NameNotOwned: {
    meaning:
      'A name or address is not proven to be the node’s by every source that `sans.owner` names.',
    requester:
      'Nothing; the request is decided as soon as the Node lists the name (and DNS says so, where the rule asks).',
    operator:
      'Compare `kubectl get node -o wide` with the request; a cloud provider may set addresses late.',
  },
  AddressShared: {
    meaning:
      'Another Node lists a name or address of the request, too; one of the two does not tell the truth, or they share a range.',
    requester: 'Nothing; the request is decided as soon as only one Node lists it.',
    operator:
      'Look at both Nodes (`kubectl get node -o wide`). Give nodes that must not have the address narrower bounds, or exempt a range that is really shared with `sans.shared`.',
  },
  NodeAlreadyReady: {
    meaning:
      'Somebody else asks for the name of a Node that exists and is Ready, and the rule says `readyNode: refuse`.',
    requester:
      'Nothing if the machine was installed anew: the request is decided when the old Node is no longer Ready.',
    operator:
      'If the machine was really replaced, delete the old Node object. If not, find out who holds this bootstrap credential.',
  },
  SubjectAttributeNotAllowed: {
    meaning: 'An attribute of the subject that the rule names has a value that it does not allow.',
    requester: 'Use one of the values that the message shows, or leave the attribute out.',
    operator: 'Add the value to the attribute under `subject` of the rule, if it is wanted.',
  },
  AccessNotGranted: {
    meaning:
      'The requester may not create certificate requests of this kind (SubjectAccessReview).',
    requester: 'Ask the operator for the right that the message names.',
    operator:
      'Bind the ClusterRole system:certificates.k8s.io:certificatesigningrequests:nodeclient (or :selfnodeclient) to the requester; the request is then approved.',
  },
  EvidenceUnavailable: {
    meaning: 'Something that must be known for the decision could not be learned now.',
    requester: 'Nothing; the request is looked at again.',
    operator: "Look at the cause in the message: the API server or the controller's rights.",
  },
  SystemName: {
    meaning:
      'A name that begins with system: is given only by a preset, or where a rule spells that very name.',
    requester: 'Leave out names that begin with system:.',
    operator: 'Spell the name in the rule literally, if it is really wanted.',
  },
  SystemMasters: {
    meaning:
      'The group system:masters bypasses every authorization; no certificate is given for it.',
    requester: 'Ask for a group that is bound by RBAC.',
    operator:
      'Keep credentials for emergencies that are not made through this API; this guard cannot be switched off.',
  },
  IdentityHasEveryRight: {
    meaning: 'The identity to be issued may do everything in the cluster; no rule approves that.',
    requester: 'Ask for a lesser group, or ask a person for approval.',
    operator: 'Use a rule in mode review to put such requests before a person.',
  },
  ApiServerName: {
    meaning:
      'A name or address belongs to the API server; its holder could pose as the control plane.',
    requester: 'Leave out the name that the message shows.',
    operator:
      'A kubelet of the control plane may have what its Node lists, if the Node has the label node-role.kubernetes.io/control-plane; else this guard cannot be switched off.',
  },
  ServiceName: {
    meaning: 'A name of a Service is not given by the built-in signers.',
    requester: 'Leave out names under .svc, or use a custom signer.',
    operator:
      'Use a custom signer, whose rule may allow such names in `sans.dns`; for kubernetes.io signers this guard cannot be switched off.',
  },
  UnusableAddress: {
    meaning:
      'A loopback, link-local, multicast, broadcast or unspecified address identifies no host.',
    requester: 'Leave out the address that the message shows.',
    operator:
      'Look why the client lists such an address, for example all addresses of an interface; this guard cannot be switched off.',
  },
  WildcardName: {
    meaning: 'A wildcard name would be valid for hosts that nobody named.',
    requester: 'Ask for each name.',
    operator: 'Let the client list each name; this guard cannot be switched off.',
  },
  ExtendedKeyUsageMissing: {
    meaning: 'Without an extended key usage a certificate is good for every purpose.',
    requester: 'Add client auth or server auth to spec.usages.',
    operator:
      'Look at the usages that the client writes into the object; this guard cannot be switched off.',
  },
  DangerousUsage: {
    meaning:
      "The usages any, cert sign and crl sign are given only where the signer's ceiling spells them.",
    requester: 'Leave out the usages that the message shows.',
    operator: 'Spell the usage in `signers[].allow.usages` if it is really wanted.',
  },
  UidAttribute: {
    meaning:
      'The subject attribute 1.3.6.1.4.1.57683.2 would set the UID of the user; it is never given.',
    requester: 'Leave the attribute out.',
    operator:
      'Look who asks: no common tool adds this attribute, and this guard cannot be switched off.',
  },
  KubeletSignerNeedsPreset: {
    meaning: 'The kubelet signers are approved by kubelet presets only.',
    requester: 'Ask the operator; no other request would pass the rule either.',
    operator: 'Use `preset: kubelet-client` in the rule.',
  },
  NotJudged: {
    meaning:
      'The request asks for something that no rule judges, from a signer that may copy it into the certificate.',
    requester: 'Leave out what the message names.',
    operator: 'Let this program sign for that signer name; it copies nothing that was not judged.',
  },
} as const satisfies Record<string, Reason>;
