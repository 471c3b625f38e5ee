// SPDX-License-Identifier: Apache-2.0
// Reason codes of the signer: why an approved request got no certificate.

import type { Reason } from './reason.js';

/** Codes that only the signer gives. A retired code is never used again. */
export const signingReasons = {
  CeilingCommonName: {
    meaning: 'The common name is not one that this signer gives, whoever approved the request.',
    requester: 'Use a common name that the message shows as given.',
    operator:
      "Widen `allow.subject.commonName` of the signer if the name is right; a rule's approval does not.",
  },
  CeilingOrganization: {
    meaning: 'An organization is not one that this signer gives, whoever approved the request.',
    requester: 'Leave out the organizations that the message names.',
    operator: 'Widen `allow.subject.organizations` of the signer if the organization is right.',
  },
  CeilingAttribute: {
    meaning: 'An attribute of the subject that the signer gives has another value in the request.',
    requester: 'Ask for a value that the message shows, or leave the attribute out.',
    operator: 'Add the value to `signers[].allow.subject` if the signer is to give it.',
  },
  CeilingDnsName: {
    meaning: 'A DNS name is not one that this signer gives, whoever approved the request.',
    requester: 'Leave out the names that the message shows.',
    operator: 'Widen `allow.sans.dns` of the signer if the name is right.',
  },
  CeilingAddress: {
    meaning: 'An IP address is not one that this signer gives, whoever approved the request.',
    requester: 'Leave out the addresses that the message shows.',
    operator: 'Widen `allow.sans.ip` of the signer if the address is right.',
  },
  CeilingUri: {
    meaning: 'A URI is not one that this signer gives, whoever approved the request.',
    requester: 'Leave out the URIs that the message shows.',
    operator: 'Widen `allow.sans.uri` of the signer if the URI is right.',
  },
  CeilingEmail: {
    meaning: 'An e-mail address is not one that this signer gives, whoever approved the request.',
    requester: 'Leave out the e-mail addresses that the message shows.',
    operator: 'Widen `allow.sans.email` of the signer if the address is right.',
  },
  CeilingUsage: {
    meaning: 'A usage is not one that this signer gives, whoever approved the request.',
    requester: 'Leave out the usages that the message shows.',
    operator: 'Widen `allow.usages` of the signer if the usage is right.',
  },
  UsageUnknown: {
    meaning:
      'A usage is not one that the Kubernetes API knows, so it has no meaning in a certificate.',
    requester: 'Use usages of certificates.k8s.io/v1.',
    operator: 'Look who created the object: a current API server refuses it.',
  },
  CaUnreadable: {
    meaning:
      'The CA (files or Secret) could not be read; approved requests wait, unless an older CA goes on signing.',
    requester: 'Nothing; the certificate is made when the CA is back.',
    operator:
      'The message shows what is missing: a file, the Secret, one of its keys, a right. It is read again by itself.',
  },
  CaUnusable: {
    meaning:
      'The CA is there, but nothing can be signed with it; approved requests wait, unless an older CA goes on signing.',
    requester: 'Nothing; the certificate is made when the CA is right.',
    operator:
      'Give a CA certificate (CA:TRUE, keyCertSign; name constraints only of DNS names, IP addresses, e-mail addresses and URIs), those above it in order, and its own unencrypted key of a kind that the message shows.',
  },
  CaLogsIn: {
    meaning:
      'The API server takes certificates of this CA for logins, and a custom signer is to sign with it; each of its certificates could be a login.',
    requester: 'Nothing; the request waits until the signer has another CA.',
    operator:
      'Make a CA for this signer alone. Only the two kube-apiserver-client signers and kubelet-serving may use the CA that the API server believes.',
  },
  CaOfRequestHeader: {
    meaning:
      'Whoever holds a certificate of this CA may tell the API server to be anybody (request-header CA); no signer may use it.',
    requester: 'Nothing; the request waits until the signer has another CA.',
    operator: 'Give the signer another CA.',
  },
  ApiServerTrustUnknown: {
    meaning:
      'It could not be read which CAs the API server believes, so it is not known whether this CA may sign.',
    requester: 'Nothing; the request waits.',
    operator:
      'Let the controller get the ConfigMap extension-apiserver-authentication in kube-system (the role extension-apiserver-authentication-reader).',
  },
  CaExpired: {
    meaning: 'The CA certificate has expired; approved requests wait.',
    requester: 'Nothing; the certificate is made when the CA is renewed.',
    operator: 'Renew the CA and distribute the new one to whoever trusts it.',
  },
  CaNotYetValid: {
    meaning: 'The CA certificate is not valid yet; approved requests wait.',
    requester: 'Nothing; the certificate is made when the CA is valid.',
    operator: 'Wait, look at the clock of the node, or give a CA that is valid now.',
  },
  CaEndsSoon: {
    meaning:
      'The CA that signs ends soon: certificates are cut to its end, or less than 30 days of it are left. Nothing waits yet.',
    requester: 'Nothing; a certificate may live shorter than was asked for.',
    operator:
      'Change the CA (docs/runbooks/ca-rotation.md), or lower `lifetime.max` where only certificates are cut.',
  },
  CaConstrained: {
    meaning: 'The CA is confined to other purposes than the request asks for; the request waits.',
    requester: 'Nothing, or ask another signer.',
    operator:
      'Give the signer a CA without such extended key usages, or leave them out of `allow.usages`.',
  },
  OutsideNameConstraints: {
    meaning:
      'A name lies outside of the name constraints of the CA, so that no client could verify the certificate; the request waits.',
    requester: 'Nothing, or ask again without the name that is outside.',
    operator:
      'The message shows the name and the CA. Give the signer a CA that may sign for the name, or keep such names out by `allow`.',
  },
  SigningKeyFailed: {
    meaning: 'The CA key did not sign; the request waits.',
    requester: 'Nothing; it is tried again.',
    operator: 'Look at what holds the key.',
  },
  CertificateDiffers: {
    meaning:
      'An independent parser did not read the signed certificate as it was planned, so it was not published; the request waits.',
    requester: 'Nothing; nothing was issued.',
    operator:
      'Treat it as an attack on the key or a defect of this program until it is explained; the message shows the field.',
  },
  CertificateNotPublished: {
    meaning:
      'A certificate was signed, but the object had changed or was gone, so it was not published; the request is looked at again.',
    requester:
      'Nothing; the request is looked at again and gets another certificate, if it is still there.',
    operator:
      'Nothing; the serial number in the log belongs to a certificate that nobody received.',
  },
  StatusWriteForbidden: {
    meaning: 'The API server forbids this program to write the status of the request.',
    requester: 'Nothing; it is tried again.',
    operator:
      'Grant `sign` on the signer name and `update`, `patch` on certificatesigningrequests/status.',
  },
  StatusWriteFailed: {
    meaning: 'The API server did not take the status of the request.',
    requester: 'Nothing; it is tried again.',
    operator: 'Look at the API server and the way to it.',
  },
} as const satisfies Record<string, Reason>;
