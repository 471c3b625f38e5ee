// SPDX-License-Identifier: Apache-2.0
// Reason codes of the strict reader: why the bytes of a request are refused.

import type { Reason } from './reason.js';

/** Most codes mean bytes that no policy can let pass. */
const STRICT = 'Nothing; strict reading is a guard that cannot be switched off.';

/** Codes by which `x509/` and `request/` refuse a request. A retired code is never used again. */
export const readingReasons = {
  ObjectUnreadable: {
    meaning: 'The object is not a CertificateSigningRequest as the API defines it.',
    requester: 'Create the object with a common tool such as kubectl.',
    operator:
      'Look at the field that the message names; a real API server never sends such an object.',
  },
  RequestTooLarge: {
    meaning: 'The request is larger than any real request, so it is not parsed at all.',
    requester: 'Ask for fewer names, or leave out attributes and extensions that nobody reads.',
    operator: 'Nothing; the limit protects the controller.',
  },
  PemMissing: {
    meaning:
      'There is no PEM block where one must begin: at the start of a line, with exact dashes.',
    requester:
      'Send the file that the tool wrote, unchanged: not indented, not as one line, not DER, with no byte-order mark.',
    operator: STRICT,
  },
  PemLabel: {
    meaning: 'The PEM block is not labelled CERTIFICATE REQUEST.',
    requester:
      'Send a request (not a certificate or key); write "CERTIFICATE REQUEST", not "NEW CERTIFICATE REQUEST".',
    operator: STRICT,
  },
  PemIncomplete: {
    meaning: 'The PEM block does not end.',
    requester: 'Send the whole file; it was probably cut while copying.',
    operator: STRICT,
  },
  PemTextAround: {
    meaning: 'Something other than white space stands before or after the PEM block.',
    requester:
      'Send the PEM block alone, without the text that some tools print around it (openssl: leave out -text).',
    operator: STRICT,
  },
  PemHeader: {
    meaning: 'The PEM block has headers.',
    requester: 'Send the block without headers.',
    operator: STRICT,
  },
  PemSeveralBlocks: {
    meaning: 'There is more than one PEM block, and readers differ in which one they take.',
    requester: 'Send exactly one request.',
    operator: STRICT,
  },
  PemEmpty: {
    meaning: 'The PEM block has no content.',
    requester: 'Send the file that the tool wrote, unchanged.',
    operator: STRICT,
  },
  PemBase64: {
    meaning: 'The content of the PEM block is not exact base64.',
    requester:
      'Send the file that the tool wrote, unchanged; it was probably damaged while copying.',
    operator: STRICT,
  },
  RequestBase64: {
    meaning: 'The field spec.request is not base64.',
    requester: 'Encode the PEM file with base64, for example with `base64 -w0`.',
    operator: STRICT,
  },
  DerTruncated: {
    meaning: 'The bytes end before the structure does.',
    requester: 'Send the whole request; make it with a common tool such as openssl.',
    operator: STRICT,
  },
  DerTrailingBytes: {
    meaning: 'Bytes follow where the structure has ended; no signature or parser vouches for them.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: STRICT,
  },
  DerIndefiniteLength: {
    meaning: 'A length is left open, which BER allows and DER does not.',
    requester: 'Make the request with a tool that writes DER.',
    operator: STRICT,
  },
  DerLengthNotMinimal: {
    meaning: 'A length has more than one encoding here, which DER does not allow.',
    requester: 'Make the request with a tool that writes DER.',
    operator: STRICT,
  },
  DerTag: {
    meaning: 'A tag is of a form that DER does not have in requests.',
    requester: 'Make the request with a tool that writes DER.',
    operator: STRICT,
  },
  DerValue: {
    meaning:
      'A BOOLEAN, INTEGER, BIT STRING, NULL or OBJECT IDENTIFIER is not in its one DER form.',
    requester: 'Make the request with a tool that writes DER.',
    operator: STRICT,
  },
  DerDefault: {
    meaning: 'A default value is written out, which DER does not allow.',
    requester: 'Make the request with a tool that writes DER.',
    operator: STRICT,
  },
  DerSetOrder: {
    meaning: 'The elements of a SET OF are not sorted as DER demands.',
    requester: 'Make the request with a tool that writes DER.',
    operator: STRICT,
  },
  DerTooDeep: {
    meaning: 'The structure is nested deeper than any request.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: 'Nothing; the limit protects the controller.',
  },
  DerTooLarge: {
    meaning: 'The structure has more elements, or longer identifiers, than any request.',
    requester: 'Ask for fewer names and extensions.',
    operator: 'Nothing; the limit protects the controller.',
  },
  DerUnexpected: {
    meaning: 'A part of the structure is missing, of the wrong type, or should not be there.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: STRICT,
  },
  RequestVersion: {
    meaning: 'The version of the request is not 0, the only one there is.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: STRICT,
  },
  SubjectAttributeRepeated: {
    meaning: 'The subject has an attribute twice, and readers differ in which one they take.',
    requester: 'Leave only one of them; only O and OU may be repeated.',
    operator: STRICT,
  },
  SubjectMixedRdn: {
    meaning:
      'One component of the subject (RDN) holds attributes of several types; some readers see only the first.',
    requester: 'Write the attributes as components of their own (in openssl -subj: "/", not "+").',
    operator: STRICT,
  },
  SubjectStringType: {
    meaning:
      'A value of the subject has a type that is not UTF8String, PrintableString or IA5String.',
    requester: 'Set the tool to write UTF-8 (openssl: string_mask = utf8only).',
    operator: STRICT,
  },
  SubjectEncoding: {
    meaning: 'A value of the subject has bytes that its string type does not allow.',
    requester: 'Set the tool to write UTF-8 (openssl: -utf8 and string_mask = utf8only).',
    operator: STRICT,
  },
  SubjectCharacter: {
    meaning:
      'A value of the subject has a control or invisible character, so that it reads as something it is not.',
    requester:
      'Leave out such characters (NUL, line ends, direction marks, zero-width characters).',
    operator: STRICT,
  },
  SubjectValueEmpty: {
    meaning: 'A value of the subject is empty; some readers take it as absent.',
    requester: 'Leave the attribute out, or give it a value.',
    operator: STRICT,
  },
  SubjectTooLarge: {
    meaning: 'The subject has more or longer attributes than any real name.',
    requester: 'Ask for fewer or shorter attributes.',
    operator: 'Nothing; the limit protects the controller.',
  },
  KeyAlgorithm: {
    meaning: 'The key is of an algorithm that is not accepted.',
    requester: 'Make an RSA (2048 bits or more), ECDSA (P-256, P-384, P-521) or Ed25519 key.',
    operator: STRICT,
  },
  KeyParameters: {
    meaning: 'The algorithm of the key is known, but its parameters are not the usual ones.',
    requester: 'Make the key with a common tool such as openssl.',
    operator: STRICT,
  },
  KeyCurve: {
    meaning: 'The elliptic curve is not named, or not one that Kubernetes signs for safely.',
    requester: 'Make a key on P-256, P-384 or P-521 (openssl: -pkeyopt ec_param_enc:named_curve).',
    operator: STRICT,
  },
  KeyPoint: {
    meaning:
      'The point of the key is compressed, of the wrong length, or of small order, so that anybody could sign for it.',
    requester: 'Make a new key with a common tool such as openssl.',
    operator: STRICT,
  },
  KeyNotOnCurve: {
    meaning: 'The point of the key is not on the curve that the key names.',
    requester: 'Make a new key with a common tool such as openssl.',
    operator: STRICT,
  },
  KeySize: {
    meaning: 'The RSA key is too short to be safe or too long to be handled.',
    requester: 'Make an RSA key of 2048 to 8192 bits.',
    operator: STRICT,
  },
  KeyModulus: {
    meaning: 'The RSA modulus is even, so it is not the product of two primes.',
    requester: 'Make a new key with a common tool such as openssl.',
    operator: STRICT,
  },
  KeyExponent: {
    meaning: 'The RSA exponent is not an odd number from 65537 to 2^31.',
    requester: 'Make a key with the usual exponent 65537.',
    operator: STRICT,
  },
  SignatureAlgorithm: {
    meaning:
      'The request is signed with an algorithm that is not accepted, or with odd parameters.',
    requester: 'Sign with SHA-256, SHA-384 or SHA-512 and RSA or ECDSA, or with Ed25519.',
    operator: STRICT,
  },
  SignatureHashWeak: {
    meaning: 'The request is signed with a broken hash (MD5, SHA-1).',
    requester: 'Sign the request with SHA-256 (openssl: -sha256).',
    operator: STRICT,
  },
  SignaturePss: {
    meaning: 'The RSASSA-PSS parameters are not one of the usual sets.',
    requester:
      'Use SHA-256, SHA-384 or SHA-512, MGF1 with the same hash, and a salt as long as the hash.',
    operator: STRICT,
  },
  SignatureKeyMismatch: {
    meaning: 'The signature algorithm does not fit the kind of the key.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: STRICT,
  },
  SignatureInvalid: {
    meaning: 'The signature does not hold, so the requester did not show that the key is theirs.',
    requester: 'Make the request anew with the private key of the public key that it carries.',
    operator: STRICT,
  },
  AttributeRepeated: {
    meaning: 'The request has an attribute twice, and readers differ in which one they take.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: STRICT,
  },
  AttributeUnreadable: {
    meaning: 'An attribute of the request that holds a text holds something else.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: STRICT,
  },
  ExtensionRequestRepeated: {
    meaning: 'The request asks for extensions in two places; many readers see only the first.',
    requester: 'Ask for all extensions in one list.',
    operator: STRICT,
  },
  ExtensionRequestValues: {
    meaning:
      'The attribute extensionRequest does not have exactly one value; many readers see only the first.',
    requester: 'Ask for all extensions in one list.',
    operator: STRICT,
  },
  MicrosoftExtensionRequest: {
    meaning:
      "The request asks for extensions through Microsoft's attribute, which Kubernetes does not read.",
    requester:
      'Make the request with a tool that uses the standard attribute, such as openssl or Go.',
    operator: STRICT,
  },
  ExtensionRepeated: {
    meaning: 'An extension is asked for twice, and readers differ in which one they take.',
    requester: 'Ask for each extension once.',
    operator: STRICT,
  },
  ExtensionsTooMany: {
    meaning: 'The request asks for more extensions than any real one.',
    requester: 'Ask for fewer extensions.',
    operator: 'Nothing; the limit protects the controller.',
  },
  ExtensionCritical: {
    meaning: 'An extension is marked critical that would not be in the certificate.',
    requester: 'Ask for it without the critical mark, or leave it out.',
    operator: STRICT,
  },
  ExtensionUnreadable: {
    meaning: 'The value of an extension is not what its definition says.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: STRICT,
  },
  CaRequested: {
    meaning: 'The request asks to be a certificate authority.',
    requester: 'Ask with CA:FALSE, or leave basicConstraints out.',
    operator: STRICT,
  },
  KeyUsageOfCa: {
    meaning: 'The request asks for a key usage of certificate authorities (keyCertSign, cRLSign).',
    requester: 'Leave these usages out of the request.',
    operator: STRICT,
  },
  NameConstraintsRequested: {
    meaning: 'The request asks for name constraints, which only certificate authorities have.',
    requester: 'Leave the extension out.',
    operator: STRICT,
  },
  SanUnreadable: {
    meaning: 'The subject alternative names are not a filled list of names.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: STRICT,
  },
  SanTooMany: {
    meaning: 'The request has more subject alternative names than any real one.',
    requester: 'Ask for fewer names, or make several requests.',
    operator: 'Nothing; the limit protects the controller.',
  },
  SanTooLong: {
    meaning: 'A subject alternative name is longer than any real one.',
    requester: 'Ask for shorter names.',
    operator: 'Nothing; the limit protects the controller.',
  },
  SanKind: {
    meaning:
      'A subject alternative name is of a kind that Kubernetes drops without a word (otherName, directoryName, registeredID, …).',
    requester: 'Ask only for DNS names, IP addresses, URIs and e-mail addresses.',
    operator: STRICT,
  },
  SanCharacter: {
    meaning: 'A subject alternative name has a character that is not visible ASCII.',
    requester: 'Write internationalised DNS names as xn-- labels and URIs with percent escapes.',
    operator: STRICT,
  },
  SanDnsName: {
    meaning: 'A DNS name is not a host name.',
    requester: 'Use names of letters, digits and hyphens; put addresses among the IP addresses.',
    operator: STRICT,
  },
  SanAddress: {
    meaning: 'An IP address does not have 4 or 16 bytes.',
    requester: 'Ask for an address, not for a range.',
    operator: STRICT,
  },
  SanUri: {
    meaning:
      'A URI is not absolute, has raw characters, or has more than a plain host before its path.',
    requester: 'Write a whole URI with a scheme, percent escapes and no user name.',
    operator: STRICT,
  },
  SanEmail: {
    meaning: 'An e-mail address is not a plain mailbox at a host name.',
    requester: 'Write the address as user@host, without display name.',
    operator: STRICT,
  },
  ReadersDisagree: {
    meaning: 'Two independent parsers read different things in the same bytes.',
    requester: 'Make the request with a common tool such as openssl.',
    operator:
      'Treat it as an attack or a defect of this program until it is explained; keep the object and report it.',
  },
} as const satisfies Record<string, Reason>;
