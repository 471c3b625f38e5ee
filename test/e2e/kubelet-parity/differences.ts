// SPDX-License-Identifier: Apache-2.0
// Requests for kubelet client certificates that only kube-controller-manager approves, each with the reason why.

import {
  boolean,
  inSetOrder,
  namedBits,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  tlv,
  utf8String,
} from '../../../src/x509/der-writer.js';
import {
  altNames,
  challengePassword,
  commonName,
  dns,
  extension,
  name,
  organization,
  requestAttribute,
} from '../../support/forge.js';
import {
  alsoSubject,
  attributes,
  called,
  calledAs,
  extensions,
  keyUsage,
  names,
  NODE,
  NODES,
  OPAQUE,
  opaque,
  ROOT,
  subject,
} from './asked.js';
import { type Difference, differencesOfForm, differs } from './differences-of-form.js';

const READ_TWICE = 'readers differ in which of the two they take';
const NOT_DER = 'not DER; what has two encodings has two readings';
const UNSEEN = 'a name that looks like another one';
const POWER = 'no kubelet asks for the power of a CA';
const HIDDEN = 'Kubernetes does not see this kind of name; a signer that copies it would issue it';

/** Approved by kube-controller-manager only. The document tells each with its reason. */
export const approvedThereOnly: Readonly<Record<string, Difference>> = {
  'two common names, the last one of the node': differs(
    'SubjectAttributeRepeated',
    `${READ_TWICE}: Kubernetes the last, others the first`,
    subject(organization(NODES), commonName('jane'), commonName(NODE)),
  ),
  'two emailAddresses in the subject': differs(
    'SubjectAttributeRepeated',
    READ_TWICE,
    alsoSubject('1.2.840.113549.1.9.1', 'a@example.com', 'b@example.com'),
  ),
  'organization and common name in one RDN': differs(
    'SubjectMixedRdn',
    'some readers see only the first value of an RDN',
    subject([...organization(NODES), ...commonName(NODE)]),
  ),
  'the common name as BMPString': differs(
    'SubjectStringType',
    'readers differ in the text of old string types',
    calledAs(tlv(0x1e, Buffer.from(NODE, 'utf16le').swap16())),
  ),
  'the common name as T61String': differs(
    'SubjectStringType',
    'readers differ in the text of old string types',
    calledAs(tlv(0x14, Buffer.from(NODE))),
  ),
  'an invisible character in the common name': differs(
    'SubjectCharacter',
    UNSEEN,
    called(`${NODE}\u200b`),
  ),
  'a control character in the common name': differs(
    'SubjectCharacter',
    UNSEEN,
    called(`${NODE}\0.example`),
  ),
  'an empty unit (OU)': differs(
    'SubjectValueEmpty',
    'some readers take an empty value as absent',
    alsoSubject('2.5.4.11', ''),
  ),
  'a common name of 600 characters': differs(
    'SubjectTooLarge',
    'the name of a node has at most 253',
    called(`system:node:${'a'.repeat(588)}`),
  ),
  'the subject attribute that sets the UID of a user': differs(
    'UidAttribute',
    'a signer that copies it lets the requester choose the UID',
    alsoSubject('1.3.6.1.4.1.57683.2', '0'),
  ),
  'a hidden otherName': differs(
    'SanKind',
    HIDDEN,
    names(
      tlv(0xa0, objectIdentifier('1.3.6.1.4.1.311.20.2.3'), tlv(0xa0, utf8String('admin@corp'))),
    ),
  ),
  'a hidden directoryName': differs(
    'SanKind',
    HIDDEN,
    names(tlv(0xa4, name(commonName('system:admin')))),
  ),
  'a hidden registeredID': differs('SanKind', HIDDEN, names(tlv(0x88, Uint8Array.of(42, 3)))),
  'a list of names that is empty': differs(
    'SanUnreadable',
    'RFC 5280 forbids it, and readers differ',
    names(),
  ),
  "names in Microsoft's extensionRequest": differs(
    'MicrosoftExtensionRequest',
    'Kubernetes does not look there; other signers do',
    attributes(requestAttribute('1.3.6.1.4.1.311.2.1.14', sequence(altNames(dns('api.example'))))),
  ),
  'an extensionRequest with two values': differs(
    'ExtensionRequestValues',
    'Kubernetes reads the first value only',
    attributes(
      requestAttribute(
        '1.2.840.113549.1.9.14',
        sequence(extension('2.5.29.14', octetString(Buffer.alloc(20)))),
        sequence(extension('2.5.29.19', sequence(boolean(true)))),
      ),
    ),
  ),
  'two challengePasswords': differs(
    'AttributeRepeated',
    READ_TWICE,
    attributes(challengePassword('a'), challengePassword('b')),
  ),
  'CA:TRUE is asked for': differs(
    'CaRequested',
    POWER,
    extensions(extension('2.5.29.19', sequence(boolean(true)), true)),
  ),
  'the key usage keyCertSign is asked for': differs(
    'KeyUsageOfCa',
    POWER,
    extensions(keyUsage(0, 5)),
  ),
  'name constraints are asked for': differs(
    'NameConstraintsRequested',
    POWER,
    extensions(extension('2.5.29.30', sequence(), true)),
  ),
  'an unknown critical extension': differs(
    'ExtensionCritical',
    'critical means: do not go on without understanding it',
    extensions(opaque(true)),
  ),
  'a key usage that is not readable': differs(
    'DerTrailingBytes',
    NOT_DER,
    extensions(extension('2.5.29.15', Buffer.concat([namedBits([0]), namedBits([0])]), true)),
  ),
  'a default value that is written out': differs(
    'DerDefault',
    NOT_DER,
    extensions(
      sequence(objectIdentifier(OPAQUE), tlv(0x01, Uint8Array.of(0)), octetString(utf8String('x'))),
    ),
  ),
  'attributes that are not sorted': differs('DerSetOrder', NOT_DER, {
    parts: {
      attributesElement: tlv(
        0xa0,
        ...inSetOrder([
          challengePassword('secret'),
          requestAttribute(OPAQUE, nullValue()),
        ]).toReversed(),
      ),
    },
  }),
  ...differencesOfForm,
  'the node name of a user that may do everything': differs(
    'IdentityHasEveryRight',
    'the certificate would be one of an administrator; a person may approve it',
    called(ROOT),
  ),
  // HLP-3: upstream does not look at Failed before it approves.
  'it is marked as failed already': differs(
    undefined,
    'a signer has given it up; an approval would only confuse',
    { state: 'failed' },
  ),
};
