// SPDX-License-Identifier: Apache-2.0
// Fills in the defaults of one rule.

import type { Mode, OnViolation, RequesterMatch, Rule } from '../decide/rule.js';
import { allowedUsages } from '../request/well-known-signers.js';
import type { SignerName } from '../vocabulary/brands.js';
import { MAX_SUBJECT_ALT_NAMES } from '../vocabulary/limits.js';
import { isKubeletSigner, type Preset, presets } from './presets.js';
import type { WrittenRule } from './rule-schema.js';
import { compileAttributes } from './subject-attributes.js';

/** A request waits this long for something of ours before it is left alone. */
const DEFAULT_WAIT_MS = 10 * 60_000;

/** The rule `name`; undefined only for a rule in which the demands on rules found a fault. */
export function compileRule(
  name: string,
  written: WrittenRule,
  defaultMode: Mode,
): Rule | undefined {
  const preset = written.preset === undefined ? undefined : presets[written.preset];
  const signerName = preset?.signerName ?? written.match?.signerName;
  const requester = requesterOf(written, preset);
  if (signerName === undefined || requester === undefined) return undefined;
  const { subject = {}, sans = {} } = written;
  return Object.freeze({
    name,
    mode: written.mode ?? defaultMode,
    preset: written.preset,
    match: Object.freeze({ signerName, requester, nodes: written.match?.nodes }),
    certificateRequesters: certificateRequesters(written, preset),
    subject: Object.freeze({
      commonName: subject.commonName,
      organizations: subject.organizations,
    }),
    attributes: compileAttributes(subject),
    sans: Object.freeze({
      dns: sans.dns ?? preset?.sans.dns,
      ip: sans.ip ?? preset?.sans.ip,
      uri: sans.uri,
      email: sans.email,
      min: sans.min ?? 0,
      max: sans.max ?? MAX_SUBJECT_ALT_NAMES,
    }),
    owner: Object.freeze(sans.owner ?? preset?.owner ?? []),
    shared: Object.freeze(sans.shared ?? []),
    readyNode: written.readyNode ?? 'allow',
    usages: Object.freeze(preset?.usages ?? written.usages ?? allowedUsages(signerName) ?? []),
    keys: Object.freeze(written.keys ?? []),
    lifetime: Object.freeze({ maxSeconds: written.lifetime?.max }),
    validUntilMs: written.validUntil,
    onViolation: onViolation(written, signerName),
  });
}

function requesterOf(
  written: WrittenRule,
  preset: Preset | undefined,
): RequesterMatch | 'anyone' | undefined {
  const requester = written.match?.requester;
  if (requester === undefined) return preset === undefined ? undefined : 'anyone';
  if (requester === 'anyone') return 'anyone';
  return Object.freeze({
    usernames: requester.usernames,
    groups: requester.groups,
    serviceAccounts: requester.serviceAccounts,
    extra: requester.extra,
  });
}

/** Kubelets renew with the certificate that they have; for everybody else that would be access without end. */
function certificateRequesters(
  written: WrittenRule,
  preset: Preset | undefined,
): Rule['certificateRequesters'] {
  if (preset !== undefined) return 'allow';
  const requester = written.match?.requester;
  if (requester === undefined || requester === 'anyone') return 'refuse';
  return requester.certificate ?? 'refuse';
}

const onViolation = (written: WrittenRule, signerName: SignerName): OnViolation =>
  Object.freeze({
    // A denied bootstrap stops a node for good.
    permanent: written.onViolation?.default ?? (isKubeletSigner(signerName) ? 'leave' : 'deny'),
    transient: Object.freeze(
      written.onViolation?.transient ?? { waitMs: DEFAULT_WAIT_MS, then: 'leave' as const },
    ),
  });
