// SPDX-License-Identifier: Apache-2.0
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { PeerNames, namesIn } from '../../../src/kube/peer-names.js';

describe('the names in a certificate', () => {
  it.each([
    ['DNS names and addresses', 'DNS:a.example, IP Address:10.0.0.1', ['a.example', '10.0.0.1']],
    ['IPv6 addresses', 'IP Address:FD00:0:0:0:0:0:0:1', ['FD00:0:0:0:0:0:0:1']],
    ['a name that holds what separates names', 'DNS:"a, DNS:b", DNS:c', ['a, DNS:b', 'c']],
    ['a name that holds a quotation mark', 'DNS:"a\\"b"', ['a"b']],
    ['nothing', '', []],
    ['other kinds of names, which are left', 'URI:https://a.example, DNS:b', ['b']],
  ])('%s', (_, text, expected) => {
    expect(namesIn(text)).toEqual(expected);
  });

  it('are none where there is no certificate', () => {
    const peer = new PeerNames();
    peer.observe(new Socket());

    expect([peer.hasSeen, peer.names]).toEqual([false, []]);
  });
});
