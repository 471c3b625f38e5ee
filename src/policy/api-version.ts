// SPDX-License-Identifier: Apache-2.0
// Tells a policy that was written for another version of this program from a policy with errors.

import { quoted } from '../vocabulary/printable.js';
import type { FieldFault } from './schema-faults.js';
import { textAt } from './written.js';
import type { YamlNode } from './yaml-tree.js';

const GROUP = 'kube-csr-approver/';

/** The one version of the language that this program reads. */
export const LANGUAGE_VERSION = 'v1alpha1';

/**
 * Which words of that version this program knows: raised with each release whose schema differs from the last one's,
 * as a test demands. Programs of another revision may be unable to read the same policy.
 */
export const LANGUAGE_REVISION = 1;

/** What stands in the field apiVersion. */
export const API_VERSION = `${GROUP}${LANGUAGE_VERSION}`;

/**
 * The fault of a document in another version of the language; undefined for every other document. Nothing else is
 * said of such a document: its fields may be right in its own version.
 */
export function otherVersion(root: YamlNode): FieldFault | undefined {
  const path = ['apiVersion'];
  const written = textAt(root, path);
  if (written === undefined || written === API_VERSION || !written.startsWith(GROUP)) {
    return undefined;
  }
  const upgrade = isNewer(written.slice(GROUP.length)) ? 'upgrade the program, or ' : '';
  const message = `this program knows ${API_VERSION}; the document says ${quoted(written)}: ${upgrade}write the policy in ${API_VERSION}`;
  return { code: 'PolicyApiVersion', path, on: 'value', message };
}

/** Kubernetes orders versions so: v1alpha1, v1alpha2, v1beta1, v1, v2alpha1. */
const VERSION = /^v([1-9][0-9]{0,5})(?:(alpha|beta)([1-9][0-9]{0,5}))?$/;

/** Whether there can be a program that knows `version` and is newer than this one. */
function isNewer(version: string): boolean {
  const [asked, known] = [rankOf(version), rankOf(LANGUAGE_VERSION)];
  if (asked === undefined || known === undefined) return false;
  const first = asked.findIndex((each, index) => each !== known[index]);
  return first >= 0 && (asked[first] ?? 0) > (known[first] ?? 0);
}

const STAGES: readonly (string | undefined)[] = ['alpha', 'beta', undefined];

function rankOf(version: string): readonly number[] | undefined {
  const match = VERSION.exec(version);
  if (match === null) return undefined;
  const [, major, stage, revision] = match;
  return [Number(major), STAGES.indexOf(stage), Number(revision ?? 0)];
}
