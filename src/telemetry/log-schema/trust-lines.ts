// SPDX-License-Identifier: Apache-2.0
// The lines about what clients of a signer are to trust, and where that is published.

import { MAX_TRUST_ANCHORS } from '../../vocabulary/limits.js';
import { list, maybe, plain, record, word } from '../log-field.js';
import type { Chapter } from './chapter.js';
import { detail, hash, name } from './common-fields.js';

const sha256 = hash('SHA-256 of the certificate');
const hashes = (meaning: string) => list(MAX_TRUST_ANCHORS, sha256, meaning);

/** Those chapters. */
export const trustLines = {
  trust: {
    when: 'What is to be trusted changed, was brought to a place, or was put right there after somebody else had edited or deleted it; or why not. See [signing.md](signing.md#trust).',
    messages: {
      'trust recorded': ['info'],
      'trust published': ['info'],
      'trust restored': ['warn'],
      'trust not published': ['warn'],
      'trust contested by another writer': ['warn'],
      'certificate stays trusted': ['warn'],
      'CA signs before its trust is published': ['warn'],
    },
    fields: {
      signerName: name('whose trust it is'),
      place: maybe(name('`configmap NAMESPACE/NAME key KEY` or `clustertrustbundle NAME`')),
      was: maybe(
        word(
          ['new', 'outdated', 'edited', 'deleted'],
          'what was found there: nothing of ours, an older bundle, or the work of somebody else',
        ),
      ),
      anchors: maybe(
        list(
          MAX_TRUST_ANCHORS,
          record(
            { sha256, subject: name('subject'), notAfter: plain('time', 'when it ends') },
            'one certificate',
          ),
          'what is to be trusted from now on',
        ),
      ),
      added: maybe(hashes('those that were not recorded yet')),
      removed: maybe(
        list(
          MAX_TRUST_ANCHORS,
          record(
            { sha256, why: word(['expired', 'dropped', 'too many'], 'why') },
            'one certificate',
          ),
          'those that are no longer',
        ),
      ),
      needed: maybe(hashes('those that are to be dropped, and that the CA that signs needs')),
      detail: maybe(detail),
    },
  },
  trustBundles: {
    when: 'A signer publishes a ClusterTrustBundle, and the API server serves them in this version, or not at all: then that part waits.',
    messages: {
      'ClusterTrustBundles are served': ['info'],
      'ClusterTrustBundles are not served': ['warn'],
    },
    fields: { version: maybe(name('of the API')) },
  },
} as const satisfies Record<string, Chapter>;
