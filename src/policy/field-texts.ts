// SPDX-License-Identifier: Apache-2.0
// What each field of the policy language means, in the words of docs/policy.md, which a test compares.

/** By path; the entries of a map are called NAME. Markdown. */
export const fieldTexts: Readonly<Record<string, string>> = {
  apiVersion: '`kube-csr-approver/v1alpha1`',
  kind: '`Policy`',
  mode: 'how rules are carried out that do not say it themselves: `enforce` (default), `shadow` (only reported), `review` (what passes is put before a person)',
  rules: 'a map from names to rules. A name has lower-case letters, digits and dashes',
  signers:
    'a map from signer names to signers: what this program signs. Nothing is signed that is not here',
  apiServerNames:
    'host names, addresses and CIDRs that belong to the API server and never stand in a certificate, in addition to those that the controller finds out itself',
  'rules.NAME.preset':
    'a ready-made rule, see below. It fills `subject`, `usages` and, as said there, `sans`; what it fills cannot be written',
  'rules.NAME.mode': '`enforce`, `shadow` or `review`; else the mode of the document',
  'rules.NAME.match': 'which requests the rule speaks of',
  'rules.NAME.match.signerName': 'one signer name, spelled out. Required without a preset',
  'rules.NAME.match.requester':
    'who asks: `anyone`, or a map of the fields below; all that are written must match. Required without a preset',
  'rules.NAME.match.requester.usernames': 'a list of words, one of which is the user name',
  'rules.NAME.match.requester.groups': 'a list of words, one of which is a group of the user',
  'rules.NAME.match.requester.serviceAccounts':
    'a list of words, `namespace/name`, one of which is the service account',
  'rules.NAME.match.requester.extra':
    'a map from keys of `spec.extra`, which the API server fills in from the authentication, to lists of words; for each key one value must be one of the words',
  'rules.NAME.match.requester.certificate':
    '`allow`: the requester may have authenticated with a client certificate. Otherwise it is refused, because a certificate that renews itself never ends. Kubernetes tells this from 1.32 on',
  'rules.NAME.match.nodes':
    'only with a kubelet preset: a list of words, one of which is the name of the node',
  'rules.NAME.subject': 'what may stand in the subject',
  'rules.NAME.subject.commonName':
    'one word or a list; the common name must be there and be one of them',
  'rules.NAME.subject.organizations':
    'a list of words; every organization (a group, to Kubernetes) must be one of them',
  'rules.NAME.subject.organizationalUnits':
    'one word or a list; every OU must be one of them. This and the fields below: an attribute that no rule names is ignored and left out of certificates that this program signs',
  'rules.NAME.subject.countries': 'the same of C',
  'rules.NAME.subject.provinces': 'the same of ST',
  'rules.NAME.subject.localities': 'the same of L',
  'rules.NAME.subject.streetAddresses': 'the same of street',
  'rules.NAME.subject.postalCodes': 'the same of postalCode',
  'rules.NAME.subject.serialNumber': 'the same of serialNumber',
  'rules.NAME.subject.emailAddress':
    'the same of emailAddress; it is never written into a certificate',
  'rules.NAME.sans': 'which subject alternative names may be there',
  'rules.NAME.sans.dns': 'a list of words; every DNS name must be one of them',
  'rules.NAME.sans.ip': 'a list of addresses and CIDRs; every address must lie in one of them',
  'rules.NAME.sans.uri': 'a list of words; every URI must be one of them',
  'rules.NAME.sans.email': 'a list of words; every e-mail address must be one of them',
  'rules.NAME.sans.min': 'how many names there must be at least, all kinds together; default 0',
  'rules.NAME.sans.max': 'how many names there may be; default and limit 100',
  'rules.NAME.sans.owner':
    "only with the preset `kubelet-serving`: what must prove that every name and address belongs to the node. `node` (default): its own status in the API, which the kubelet writes itself; so set bounds with `sans.dns` and `sans.ip`, too. `dns`: a name has addresses in DNS and all of them are the node's; an address is one that such a name of the same request resolves to. If both are written, both must agree. See [kubelet.md](kubelet.md)",
  'rules.NAME.sans.shared':
    'only with the preset `kubelet-serving`: a list of addresses and CIDRs that several Nodes may list at once, as sites that reuse their ranges do. Without it, a request for an address that another Node lists, too, waits',
  'rules.NAME.usages':
    'a list of usages of which others are refused; one of them is an extended key usage such as `client auth`. Default: what the contract of the signer allows, for the built-in signers of Kubernetes that have one. Required for every other signer',
  'rules.NAME.keys':
    'a list of kinds of keys: `ecdsa`, `ed25519`, `rsa`, with a least size as in `rsa >= 3072` or `ecdsa >= 384`. Default: everything that is read at all (RSA from 2048, ECDSA P-256, P-384 and P-521, Ed25519)',
  'rules.NAME.lifetime': 'a check on `spec.expirationSeconds`',
  'rules.NAME.lifetime.max':
    'the longest life that may be asked for, at least 10m. A request that does not say counts as the default of our signer, or is refused if somebody else signs. Kubelets never ask for a lifetime',
  'rules.NAME.readyNode':
    'only with the preset `kubelet-client`: `refuse`: nobody but the node itself gets the name of a Node that exists and is Ready; such a request waits',
  'rules.NAME.validUntil':
    'a time such as `2027-01-31T00:00:00Z`; from then on the rule matches nothing',
  'rules.NAME.onViolation': 'what becomes of a request that does not pass',
  'rules.NAME.onViolation.default':
    'for facts of the request: `deny` or `leave`. Default: `leave` for the kubelet signers, since a denied kubelet gives up, else `deny`',
  'rules.NAME.onViolation.transient':
    'for what may pass by itself or is our trouble: `wait 10m then leave` (default) or `wait 10m then deny`; at most 24h. Nobody is denied for our own trouble, nor for an address that two Nodes list; with the preset `kubelet-client` `then deny` is an error',
  'signers.NAME.ca':
    'with what it signs: `files` or `secret`. A wrong CA makes requests wait and does not make the policy bad',
  'signers.NAME.ca.secret':
    "the name of a Secret in the controller's namespace, with `tls.crt`, `tls.key` and, where there is one, `ca.crt` (the roots that clients are to trust); it is watched",
  'signers.NAME.ca.files': 'a CA in two PEM files; they are looked at again and again',
  'signers.NAME.ca.files.cert': 'path of the CA certificate; those above it may follow it in order',
  'signers.NAME.ca.files.key': 'path of its private key',
  'signers.NAME.lifetime':
    'how long certificates live, at least 1m. They begin 5 minutes before they are given; kubelets renew after 70 to 90 % of that whole, so that they may renew one of 2m or less at once, again and again',
  'signers.NAME.lifetime.default':
    'when the request does not say. Default: 24h; for the kubelet signers `lifetime.max`, because kubelets never say, and a node that was off for a day must still come back',
  'signers.NAME.lifetime.max':
    'what asks for more gets this. Default: 8760h, a year, as kube-controller-manager has it',
  'signers.NAME.allow':
    'what a certificate may hold; what is not written here must be absent. Without it, the contract of the built-in signers of Kubernetes holds; required for every other signer. Templates cannot be used, since the signer does not ask who asked',
  'signers.NAME.allow.subject': 'the subject',
  'signers.NAME.allow.subject.commonName': 'one word or a list',
  'signers.NAME.allow.subject.organizations': 'a list of words',
  'signers.NAME.allow.subject.organizationalUnits':
    'one word or a list; OU is given if it is one of them. This and the fields below: an attribute that is not named here is left out of the certificate',
  'signers.NAME.allow.subject.countries': 'the same of C',
  'signers.NAME.allow.subject.provinces': 'the same of ST',
  'signers.NAME.allow.subject.localities': 'the same of L',
  'signers.NAME.allow.subject.streetAddresses': 'the same of street',
  'signers.NAME.allow.subject.postalCodes': 'the same of postalCode',
  'signers.NAME.allow.subject.serialNumber': 'the same of serialNumber',
  'signers.NAME.allow.sans': 'the subject alternative names',
  'signers.NAME.allow.sans.dns': 'a list of words',
  'signers.NAME.allow.sans.ip': 'a list of addresses and CIDRs',
  'signers.NAME.allow.sans.uri': 'a list of words',
  'signers.NAME.allow.sans.email': 'a list of words',
  'signers.NAME.allow.usages':
    'a list of usages. Default and required as in a rule. `any`, `cert sign` and `crl sign` are given only where they are spelled here',
  'signers.NAME.trust':
    'where clients find the certificates that they are to trust. Nothing is published without it. See [signing.md](signing.md#trust)',
  'signers.NAME.trust.configMap':
    'a key of a ConfigMap in each of the chosen namespaces; it is kept right, other keys are not touched',
  'signers.NAME.trust.configMap.name':
    'the name of the ConfigMap; it is made where it is not there',
  'signers.NAME.trust.configMap.key':
    'default `ca.crt`. Two signers cannot have the same key of the same ConfigMap',
  'signers.NAME.trust.configMap.namespaces':
    'a list of names of namespaces; one that is not there yet gets it when it is',
  'signers.NAME.trust.clusterTrustBundle':
    '`true`: a ClusterTrustBundle, too, where the API server serves them',
  'signers.NAME.trust.drop':
    'a list of the SHA-256 of certificates that are published no more, as `openssl x509 -noout -fingerprint -sha256` prints it. Else what was once to be trusted stays until it expires. That of the CA that signs cannot be dropped',
};
