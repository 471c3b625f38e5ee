// SPDX-License-Identifier: Apache-2.0
// Reason codes of the strict reader: why the bytes of a request are refused.

import type { Reason } from './reason.js';

/** Faults of encoding, which only the maker of the request can mend. */
const LIBRARY =
  'No policy allows it; change or update the library with which the client makes requests.';

/** Faults that hide something from some readers. */
const MISLEADING =
  'No policy allows it; if a common tool made the request, treat it as an attempt to show readers different names.';

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
    operator:
      'Look for a client that adds attributes, or hundreds of names; the limit of 16 KiB cannot be raised.',
  },
  PemMissing: {
    meaning:
      'There is no PEM block where one must begin: at the start of a line, with exact dashes.',
    requester:
      'Send the file that the tool wrote, unchanged: not indented, not as one line, not DER, with no byte-order mark.',
    operator:
      'No policy allows it; look at how the client fills spec.request: with the base64 of a PEM file, encoded once.',
  },
  PemLabel: {
    meaning: 'The PEM block is not labelled CERTIFICATE REQUEST.',
    requester:
      'Send a request (not a certificate or key); write "CERTIFICATE REQUEST", not "NEW CERTIFICATE REQUEST".',
    operator:
      'No policy allows it; look which file the client sends; keytool writes the label NEW CERTIFICATE REQUEST.',
  },
  PemIncomplete: {
    meaning: 'The PEM block does not end.',
    requester: 'Send the whole file; it was probably cut while copying.',
    operator:
      'No policy allows it; look for what cuts the file: a shell variable, a template, a limit on lines.',
  },
  PemTextAround: {
    meaning: 'Something other than white space stands before or after the PEM block.',
    requester:
      'Send the PEM block alone, without the text that some tools print around it (openssl: leave out -text).',
    operator:
      'No policy allows it; let the client strip the text, for example with `openssl req -in FILE`.',
  },
  PemHeader: {
    meaning: 'The PEM block has headers.',
    requester: 'Send the block without headers.',
    operator:
      'No policy allows it; headers stand in encrypted keys, so look which file the client sends.',
  },
  PemSeveralBlocks: {
    meaning: 'There is more than one PEM block, and readers differ in which one they take.',
    requester: 'Send exactly one request.',
    operator: 'No policy allows it; let the client create one object for each request.',
  },
  PemEmpty: {
    meaning: 'The PEM block has no content.',
    requester: 'Send the file that the tool wrote, unchanged.',
    operator: 'No policy allows it; look whether an earlier step of the client failed unseen.',
  },
  PemBase64: {
    meaning: 'The content of the PEM block is not exact base64.',
    requester:
      'Send the file that the tool wrote, unchanged; it was probably damaged while copying.',
    operator:
      'No policy allows it; look for a template or editor that indents, wraps or replaces characters.',
  },
  RequestBase64: {
    meaning: 'The field spec.request is not base64.',
    requester: 'Encode the PEM file with base64, for example with `base64 -w0`.',
    operator:
      'Correct the file that was given to `csr-approver explain`; the API server takes no such object.',
  },
  DerTruncated: {
    meaning: 'The bytes end before the structure does.',
    requester: 'Send the whole request; make it with a common tool such as openssl.',
    operator:
      'No policy allows it; look for what cuts the bytes between the tool and the API server.',
  },
  DerTrailingBytes: {
    meaning: 'Bytes follow where the structure has ended; no signature or parser vouches for them.',
    requester: 'Make the request with a common tool such as openssl.',
    operator:
      'No policy allows it; be suspicious if a common tool is said to have made it: something was added.',
  },
  DerIndefiniteLength: {
    meaning: 'A length is left open, which BER allows and DER does not.',
    requester: 'Make the request with a tool that writes DER.',
    operator: LIBRARY,
  },
  DerLengthNotMinimal: {
    meaning: 'A length has more than one encoding here, which DER does not allow.',
    requester: 'Make the request with a tool that writes DER.',
    operator: LIBRARY,
  },
  DerTag: {
    meaning: 'A tag is of a form that DER does not have in requests.',
    requester: 'Make the request with a tool that writes DER.',
    operator: LIBRARY,
  },
  DerValue: {
    meaning:
      'A BOOLEAN, INTEGER, BIT STRING, NULL or OBJECT IDENTIFIER is not in its one DER form.',
    requester: 'Make the request with a tool that writes DER.',
    operator: LIBRARY,
  },
  DerDefault: {
    meaning: 'A default value is written out, which DER does not allow.',
    requester: 'Make the request with a tool that writes DER.',
    operator: LIBRARY,
  },
  DerSetOrder: {
    meaning: 'The elements of a SET OF are not sorted as DER demands.',
    requester: 'Make the request with a tool that writes DER.',
    operator: LIBRARY,
  },
  DerTooDeep: {
    meaning: 'The structure is nested deeper than any request.',
    requester: 'Make the request with a common tool such as openssl.',
    operator:
      'Look who sends this: no tool does. The limit protects the controller and cannot be raised.',
  },
  DerTooLarge: {
    meaning: 'The structure has more elements, or longer identifiers, than any request.',
    requester: 'Ask for fewer names and extensions.',
    operator:
      'Look for a client that asks for hundreds of names; the limit protects the controller and cannot be raised.',
  },
  DerUnexpected: {
    meaning: 'A part of the structure is missing, of the wrong type, or should not be there.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: LIBRARY,
  },
  RequestVersion: {
    meaning: 'The version of the request is not 0, the only one there is.',
    requester: 'Make the request with a common tool such as openssl.',
    operator:
      'No policy allows it; look which tool writes another version; RFC 2986 knows only this one.',
  },
  SubjectAttributeRepeated: {
    meaning: 'The subject has an attribute twice, and readers differ in which one they take.',
    requester: 'Leave only one of them; only O and OU may be repeated.',
    operator:
      'No policy allows it; look for a template of the subject that adds a common name to one that is there.',
  },
  SubjectMixedRdn: {
    meaning:
      'One component of the subject (RDN) holds attributes of several types; some readers see only the first.',
    requester: 'Write the attributes as components of their own (in openssl -subj: "/", not "+").',
    operator: 'No policy allows it; look for a + in the subject that the client is given.',
  },
  SubjectStringType: {
    meaning:
      'A value of the subject has a type that is not UTF8String, PrintableString or IA5String.',
    requester: 'Set the tool to write UTF-8 (openssl: string_mask = utf8only).',
    operator:
      'No policy allows it; set string_mask = utf8only in the openssl.cnf that the clients share.',
  },
  SubjectEncoding: {
    meaning: 'A value of the subject has bytes that its string type does not allow.',
    requester: 'Set the tool to write UTF-8 (openssl: -utf8 and string_mask = utf8only).',
    operator:
      'No policy allows it; look whether the names that the client is given are in Latin-1 rather than UTF-8.',
  },
  SubjectCharacter: {
    meaning:
      'A value of the subject has a control or invisible character, so that it reads as something it is not.',
    requester:
      'Leave out such characters (NUL, line ends, direction marks, zero-width characters).',
    operator:
      'No policy allows it; if the client copied the name from a document, clean it there; else treat it as an attempt to mislead.',
  },
  SubjectValueEmpty: {
    meaning: 'A value of the subject is empty; some readers take it as absent.',
    requester: 'Leave the attribute out, or give it a value.',
    operator:
      'No policy allows it; look for an unset variable in the subject that the client is given.',
  },
  SubjectTooLarge: {
    meaning: 'The subject has more or longer attributes than any real name.',
    requester: 'Ask for fewer or shorter attributes.',
    operator:
      'Look for a client that writes data into the subject; the limit protects the controller and cannot be raised.',
  },
  KeyAlgorithm: {
    meaning: 'The key is of an algorithm that is not accepted.',
    requester: 'Make an RSA (2048 bits or more), ECDSA (P-256, P-384, P-521) or Ed25519 key.',
    operator:
      'No policy allows it; set the client to ECDSA P-256, which every Kubernetes component takes.',
  },
  KeyParameters: {
    meaning: 'The algorithm of the key is known, but its parameters are not the usual ones.',
    requester: 'Make the key with a common tool such as openssl.',
    operator:
      'No policy allows it; look at the library or hardware module with which the client makes keys.',
  },
  KeyCurve: {
    meaning: 'The elliptic curve is not named, or not one that Kubernetes signs for safely.',
    requester: 'Make a key on P-256, P-384 or P-521 (openssl: -pkeyopt ec_param_enc:named_curve).',
    operator: 'No policy allows it; set the client to P-256 as a named curve.',
  },
  KeyPoint: {
    meaning:
      'The point of the key is compressed, of the wrong length, or of small order, so that anybody could sign for it.',
    requester: 'Make a new key with a common tool such as openssl.',
    operator:
      'No policy allows it; if a common tool made the key, treat it as an attack until it is explained.',
  },
  KeyNotOnCurve: {
    meaning: 'The point of the key is not on the curve that the key names.',
    requester: 'Make a new key with a common tool such as openssl.',
    operator:
      'No policy allows it; if a common tool made the key, treat it as an attack until it is explained.',
  },
  KeySize: {
    meaning: 'The RSA key is too short to be safe or too long to be handled.',
    requester: 'Make an RSA key of 2048 to 8192 bits.',
    operator:
      'No policy allows it; set the client to 2048 bits or more, or to ECDSA; `keys` of a rule can only ask for more.',
  },
  KeyModulus: {
    meaning: 'The RSA modulus is even, so it is not the product of two primes.',
    requester: 'Make a new key with a common tool such as openssl.',
    operator: 'No policy allows it; such a key can be broken at once, so look what made it.',
  },
  KeyExponent: {
    meaning: 'The RSA exponent is not an odd number from 65537 to 2^31.',
    requester: 'Make a key with the usual exponent 65537.',
    operator:
      'No policy allows it; look at the library or hardware module with which the client makes keys.',
  },
  SignatureAlgorithm: {
    meaning:
      'The request is signed with an algorithm that is not accepted, or with odd parameters.',
    requester: 'Sign with SHA-256, SHA-384 or SHA-512 and RSA or ECDSA, or with Ed25519.',
    operator:
      'No policy allows it; look at default_md and the signature options in the configuration of the client.',
  },
  SignatureHashWeak: {
    meaning: 'The request is signed with a broken hash (MD5, SHA-1).',
    requester: 'Sign the request with SHA-256 (openssl: -sha256).',
    operator:
      'No policy allows it; set default_md = sha256 in the openssl.cnf that the clients share.',
  },
  SignaturePss: {
    meaning: 'The RSASSA-PSS parameters are not one of the usual sets.',
    requester:
      'Use SHA-256, SHA-384 or SHA-512, MGF1 with the same hash, and a salt as long as the hash.',
    operator:
      'No policy allows it; set the client to PKCS #1 v1.5 with SHA-256, or to the usual PSS parameters.',
  },
  SignatureKeyMismatch: {
    meaning: 'The signature algorithm does not fit the kind of the key.',
    requester: 'Make the request with a common tool such as openssl.',
    operator:
      'No policy allows it; look whether the client signs with another key than the one that it sends.',
  },
  SignatureInvalid: {
    meaning: 'The signature does not hold, so the requester did not show that the key is theirs.',
    requester: 'Make the request anew with the private key of the public key that it carries.',
    operator:
      "No policy allows it; whoever sends another person's public key ends here, so look who asks.",
  },
  AttributeRepeated: {
    meaning: 'The request has an attribute twice, and readers differ in which one they take.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: LIBRARY,
  },
  AttributeUnreadable: {
    meaning: 'An attribute of the request that holds a text holds something else.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: LIBRARY,
  },
  ExtensionRequestRepeated: {
    meaning: 'The request asks for extensions in two places; many readers see only the first.',
    requester: 'Ask for all extensions in one list.',
    operator: MISLEADING,
  },
  ExtensionRequestValues: {
    meaning:
      'The attribute extensionRequest does not have exactly one value; many readers see only the first.',
    requester: 'Ask for all extensions in one list.',
    operator: MISLEADING,
  },
  MicrosoftExtensionRequest: {
    meaning:
      "The request asks for extensions through Microsoft's attribute, which Kubernetes does not read.",
    requester:
      'Make the request with a tool that uses the standard attribute, such as openssl or Go.',
    operator:
      'No policy allows it; old Windows tools write this attribute; make the request with openssl there.',
  },
  ExtensionRepeated: {
    meaning: 'An extension is asked for twice, and readers differ in which one they take.',
    requester: 'Ask for each extension once.',
    operator: MISLEADING,
  },
  ExtensionsTooMany: {
    meaning: 'The request asks for more extensions than any real one.',
    requester: 'Ask for fewer extensions.',
    operator:
      'Look for a client that adds extensions that nobody reads; the limit protects the controller and cannot be raised.',
  },
  ExtensionCritical: {
    meaning: 'An extension is marked critical that would not be in the certificate.',
    requester: 'Ask for it without the critical mark, or leave it out.',
    operator:
      'No policy allows it; remove the word critical from the request section of the configuration of the client.',
  },
  ExtensionUnreadable: {
    meaning: 'The value of an extension is not what its definition says.',
    requester: 'Make the request with a common tool such as openssl.',
    operator: LIBRARY,
  },
  CaRequested: {
    meaning: 'The request asks to be a certificate authority.',
    requester: 'Ask with CA:FALSE, or leave basicConstraints out.',
    operator:
      'No policy allows it; remove CA:TRUE from the request section of the openssl.cnf of the client (v3_ca is for self-signed CAs).',
  },
  KeyUsageOfCa: {
    meaning: 'The request asks for a key usage of certificate authorities (keyCertSign, cRLSign).',
    requester: 'Leave these usages out of the request.',
    operator:
      'No policy allows it; remove keyCertSign and cRLSign from the request section of the configuration of the client.',
  },
  NameConstraintsRequested: {
    meaning: 'The request asks for name constraints, which only certificate authorities have.',
    requester: 'Leave the extension out.',
    operator:
      'No policy allows it; an intermediate CA is not made through this API; use a tool for CAs.',
  },
  SanUnreadable: {
    meaning: 'The subject alternative names are not a filled list of names.',
    requester: 'Make the request with a common tool such as openssl.',
    operator:
      'No policy allows it; look for an empty list of names in the configuration of the client.',
  },
  SanTooMany: {
    meaning: 'The request has more subject alternative names than any real one.',
    requester: 'Ask for fewer names, or make several requests.',
    operator:
      'Let the client ask for several certificates; the limit of 100 names cannot be raised.',
  },
  SanTooLong: {
    meaning: 'A subject alternative name is longer than any real one.',
    requester: 'Ask for shorter names.',
    operator:
      'Look for a client that writes data into names; the limit protects the controller and cannot be raised.',
  },
  SanKind: {
    meaning:
      'A subject alternative name is of a kind that Kubernetes drops without a word (otherName, directoryName, registeredID, …).',
    requester: 'Ask only for DNS names, IP addresses, URIs and e-mail addresses.',
    operator:
      'No policy allows it; remove otherName and relatives (user principal names, for example) from the template of the client.',
  },
  SanCharacter: {
    meaning: 'A subject alternative name has a character that is not visible ASCII.',
    requester: 'Write internationalised DNS names as xn-- labels and URIs with percent escapes.',
    operator: 'No policy allows it; let the client convert names and URIs before it asks.',
  },
  SanDnsName: {
    meaning: 'A DNS name is not a host name.',
    requester: 'Use names of letters, digits and hyphens; put addresses among the IP addresses.',
    operator:
      'No policy allows it; look for underscores, ports, empty variables and addresses among the DNS names of the client.',
  },
  SanAddress: {
    meaning: 'An IP address does not have 4 or 16 bytes.',
    requester: 'Ask for an address, not for a range.',
    operator: 'No policy allows it; look for a CIDR where the client takes an address.',
  },
  SanUri: {
    meaning:
      'A URI is not absolute, has raw characters, or has more than a plain host before its path.',
    requester: 'Write a whole URI with a scheme, percent escapes and no user name.',
    operator:
      'No policy allows it; for SPIFFE, write spiffe://TRUST-DOMAIN/PATH without user, port, query and fragment.',
  },
  SanEmail: {
    meaning: 'An e-mail address is not a plain mailbox at a host name.',
    requester: 'Write the address as user@host, without display name.',
    operator:
      'No policy allows it; let the client write the plain address, without name and brackets.',
  },
  ReadersDisagree: {
    meaning: 'Two independent parsers read different things in the same bytes.',
    requester: 'Make the request with a common tool such as openssl.',
    operator:
      'Treat it as an attack or a defect of this program until it is explained; keep the object and report it.',
  },
} as const satisfies Record<string, Reason>;
