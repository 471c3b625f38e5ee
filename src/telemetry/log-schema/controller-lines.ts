// SPDX-License-Identifier: Apache-2.0
// The lines about the controller itself: its CAs, policies, rights, Lease, watches and faults.

import {
  MAX_LOGGED_RIGHTS,
  MAX_LOGGED_STACK_LINES,
  MAX_POLICY_BYTES,
  MAX_POLICY_PARTS,
  MAX_PROBLEMS,
} from '../../vocabulary/limits.js';
import { exact, list, map, maybe, plain, record, text, word } from '../log-field.js';
import type { Chapter } from './chapter.js';
import { detail, hash, name, policyHash, sentence } from './common-fields.js';

/** Those chapters. */
export const controllerLines = {
  cas: {
    when: 'A CA signs from now on; or cannot, and the one that signed before, if there is one, goes on; or has to be replaced soon.',
    messages: {
      'CA loaded': ['info'],
      'CA not usable': ['error'],
      'CA ends soon': ['warn'],
      'the Event about a CA could not be written': ['warn'],
    },
    fields: {
      ca: name('where it lies: `secret NAME` or `file PATH`'),
      signerName: maybe(name('for which signer, where it is not the same for all of its signers')),
      caKeyId: maybe(hash('subject key identifier of the CA that signs')),
      notAfter: maybe(plain('time', 'when it ends')),
      reason: maybe(plain('code', 'why somebody should look')),
      detail: maybe(detail),
    },
  },
  policies: {
    when: 'A policy came into force. A warning where an older one is in force from the start, because the one that is written cannot be used.',
    messages: { 'policy loaded': ['info', 'warn'] },
    fields: {
      policyHash,
      source: name('the file, or the ConfigMap and its keys'),
      resourceVersion: maybe(name('of the ConfigMap')),
      fieldManager: maybe(name('who wrote it last')),
      isLastGood: plain('flag', 'whether it is the last good one of an earlier process'),
      text: maybe(exact(MAX_POLICY_BYTES, 'the policy, byte for byte')),
      texts: maybe(
        map(MAX_POLICY_PARTS, exact(MAX_POLICY_BYTES, ''), 'the policy of several keys, by key'),
      ),
    },
  },
  refusals: {
    when: 'A policy was refused; the one in force stays.',
    messages: { 'policy refused': ['error'] },
    fields: {
      source: name('the file, or the ConfigMap and its keys'),
      policyHash: maybe(hash('the policy that stays in force; absent when there is none')),
      problems: list(
        MAX_PROBLEMS,
        record(
          { code: plain('code', 'what is wrong'), text: sentence('with `file:line:column`') },
          'one of them',
        ),
        'all that is wrong with it',
      ),
    },
  },
  keeper: {
    when: 'What would be in force after a restart with a bad policy, or could not be; and whether people were told at its ConfigMap.',
    messages: {
      'last good policy kept': ['info'],
      'last good policy not kept': ['warn'],
      'last good policy not readable': ['warn'],
      'last good policy not usable': ['warn'],
      'the Event about a refused policy could not be written': ['warn'],
    },
    fields: {
      configMap: name('namespace and name of the one that keeps it'),
      policyHash: maybe(policyHash),
      detail: maybe(detail),
    },
  },
  pauses: {
    when: 'Somebody set or removed the annotation `paused`. Between the two nothing is decided and nothing is signed.',
    messages: { paused: ['warn'], 'pause ended': ['info'] },
    fields: {},
  },
  rights: {
    when: 'What the API server says of the rights that the policy needs ([rights.md](rights.md)). `rights not needed` lists dangerous ones beyond those, once at start.',
    messages: {
      'rights missing': ['warn'],
      'rights complete': ['info'],
      'rights not known': ['warn'],
      'rights not needed': ['warn'],
    },
    fields: {
      policyHash: maybe(policyHash),
      rights: maybe(
        list(
          MAX_LOGGED_RIGHTS,
          text(1024, ''),
          'each as in `approve signers.certificates.k8s.io "kubernetes.io/kubelet-serving"`',
        ),
      ),
      detail: maybe(detail),
    },
  },
  leadership: {
    when: 'This replica began or ceased to write, or the Lease could not be reached and is tried again.',
    messages: {
      leading: ['info'],
      'not leading any more': ['warn'],
      'lease not reachable': ['warn'],
    },
    fields: {
      identity: maybe(name('this replica')),
      holder: maybe(name('who holds the Lease')),
      detail: maybe(detail),
    },
  },
  streams: {
    when: 'A list or watch ended and is begun again; an orderly end is told at level `debug`.',
    messages: { 'watch ended': ['debug', 'warn'] },
    fields: {
      collection: name('of what'),
      reason: word(
        ['completed', 'expired', 'idle', 'watchdog', 'cut', 'malformed', 'refused', 'unreachable'],
        'why',
      ),
      detail,
      delayMs: plain('number', 'milliseconds until the next try'),
    },
  },
  process: {
    when: 'The process began and ended its work.',
    messages: { started: ['info'], stopped: ['info'] },
    fields: {
      version: maybe(name('of this program')),
      controllers: maybe(
        list(2, word(['approver', 'signer'], ''), 'which of them run in this process'),
      ),
      server: maybe(name('the API server')),
    },
  },
  servers: {
    when: 'Once at start, on Kubernetes before 1.32.',
    messages: {
      'this API server does not tell which requesters used a client certificate: a certificate can renew itself':
        ['warn'],
    },
    fields: { server: maybe(name('its version')) },
  },
  faults: {
    when: 'A defect of this program; what it was busy with is looked at again.',
    messages: { fault: ['error'] },
    fields: {
      where: name('in which part'),
      fault: record(
        {
          name: name('kind of the error'),
          detail,
          stack: list(MAX_LOGGED_STACK_LINES, sentence(''), 'where it was thrown'),
        },
        'what was thrown',
      ),
    },
  },
} as const satisfies Record<string, Chapter>;
