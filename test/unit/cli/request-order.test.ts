// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { readFlags } from '../../../src/cli/command.js';
import { requestCommand } from '../../../src/cli/request.js';
import { readOrder } from '../../../src/cli/request-order.js';

const orderOf = (...args: readonly string[]) => {
  const given = readFlags(requestCommand, args, {});
  return given.ok ? readOrder(given.value) : given;
};

describe('what csr-approver request is told', () => {
  it('is a name, and all else has a default', () => {
    expect(orderOf('jane')).toEqual({
      ok: true,
      value: {
        wish: {
          name: 'jane',
          organizations: [],
          signerName: 'kubernetes.io/kube-apiserver-client',
          expirationSeconds: 28_800,
        },
        commonName: undefined,
        keyPath: 'jane.request.key',
        kubeconfigPath: 'jane.kubeconfig',
        contextName: 'jane',
        timeoutMs: 300_000,
        timeout: '5m',
      },
    });
  });

  it('may be all of it', () => {
    const flags = {
      user: 'john',
      signer: 'example.com/mesh',
      lifetime: '10m',
      timeout: '1h30m',
      out: 'my/keys',
      'new-context': 'at-work',
    };
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);

    const order = orderOf('jane', ...args, '--group=dev', '--group=qa', '--group=dev');

    expect(order).toEqual({
      ok: true,
      value: {
        wish: {
          name: 'jane',
          organizations: ['dev', 'qa'],
          signerName: 'example.com/mesh',
          expirationSeconds: 600,
        },
        commonName: 'john',
        keyPath: 'my/keys/jane.request.key',
        kubeconfigPath: 'my/keys/jane.kubeconfig',
        contextName: 'at-work',
        timeoutMs: 5_400_000,
        timeout: '1h30m',
      },
    });
  });

  const refused: Readonly<Record<string, readonly [args: readonly string[], says: string]>> = {
    'no name': [[], 'NAME is missing'],
    'a name that leads out of the folder': [['../jane'], '"../jane" is no name'],
    'a name of a hidden file': [['.jane'], '".jane" is no name'],
    'a name in capitals': [['Jane'], '"Jane" is no name'],
    'a name that ends in a dot': [['jane.'], '"jane." is no name'],
    'a name that no file can have': [['j'.repeat(201)], 'is no name'],
    'two names': [['jane', 'john'], '"john" is not expected'],
    'a lifetime below that of Kubernetes': [['jane', '--lifetime', '9m'], 'takes 10m and more'],
    'a lifetime that is none': [['jane', '--lifetime', 'long'], '--lifetime: "long" is not a d'],
    'a lifetime above that of Kubernetes': [['jane', '--lifetime', '30000d'], 'is too long'],
    'no time to wait': [['jane', '--timeout', '0s'], '--timeout: "0s" is no duration'],
    'a wait longer than requests live': [['jane', '--timeout', '25h'], 'between 1s and 24h'],
    'a wait that is none': [['jane', '--timeout', '5'], '--timeout: "5" is no duration'],
  };

  it.each(Object.entries(refused))('is refused with %s', (_, [args, says]) => {
    const order = orderOf(...args);

    expect(order).toEqual({ ok: false, error: expect.stringContaining(says) as unknown });
  });
});
