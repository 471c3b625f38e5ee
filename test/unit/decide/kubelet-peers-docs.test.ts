// SPDX-License-Identifier: Apache-2.0
// Every policy in docs/kubelet.md loads, approves the kubelets of which the page speaks, and nobody else.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { loadedFrom } from '../policy/good-policy.js';
import { expectOurs, type OurOutcome } from './kubelet-peer-case.js';
import { type Asked, decideOn, joining, serving, type World } from './kubelet-peers.js';

const page = readFileSync(new URL('../../../docs/kubelet.md', import.meta.url), 'utf8');

/** The policy under this heading. */
function policyUnder(heading: string) {
  const section = page.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const [, text = ''] = /^```yaml\n([^]*?)^```$/m.exec(section) ?? [];
  return loadedFrom(text).policy;
}

const CORP = 'worker-1.corp.example';
const world: World = {
  nodes: {
    'worker-1': {
      addresses: { Hostname: ['worker-1'], InternalDNS: [CORP], InternalIP: ['10.0.0.7'] },
    },
    'worker-2': { addresses: { Hostname: ['worker-2'], InternalIP: ['10.0.0.8'] } },
  },
  may: ({ assumption, subject }) =>
    (assumption === 'nodeclient' && subject.groups.includes('system:bootstrappers')) ||
    (assumption === 'selfnodeclient' && subject.groups.includes('system:nodes')),
};
const asks = (change: Partial<Asked>): Asked => serving('worker-1', change);
const renews = joining('worker-1', {
  user: 'system:node:worker-1',
  groups: ['system:nodes', 'system:authenticated'],
});

const said: Readonly<Record<string, Readonly<Record<string, readonly [OurOutcome, Asked]>>>> = {
  Kubelets: {
    'a node joins': ['approve', joining('worker-3')],
    'a node renews': ['approve', renews],
    'a node serves under its names': [
      'approve',
      asks({ dns: ['worker-1', CORP], ip: ['10.0.0.7'] }),
    ],
    'a node serves under the name of another': [
      ['leave', 'DnsNameNotAllowed'],
      asks({ dns: ['worker-2'] }),
    ],
  },
};

describe('docs/kubelet.md', () => {
  it('has no policy that is not tested here', () => {
    expect(page.match(/^```yaml$/gm)).toHaveLength(Object.keys(said).length);
  });

  describe.each(Object.entries(said))('%s', (heading, cases) => {
    it.each(Object.entries(cases))('%s', (_, [ours, asked]) => {
      expectOurs(decideOn(asked, policyUnder(heading), world), ours);
    });
  });
});
