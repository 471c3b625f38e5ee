// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import {
  keyOfLoginKubeconfig,
  type Login,
  loginKubeconfig,
  type LoginServer,
} from '../../../src/review/login-kubeconfig.js';

const login: Login = {
  name: 'jane',
  request: 'jane-2026',
  server: { baseUrl: 'https://api.example:6443' },
  certificatePem: 'CERT',
  keyPem: 'KEY',
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const clusterOf = (server: Omit<LoginServer, 'baseUrl'>): unknown => {
  const text = loginKubeconfig({ ...login, server: { ...login.server, ...server } });
  return (parse(text) as { clusters: { cluster: unknown }[] }).clusters[0]?.cluster;
};

describe('the kubeconfig', () => {
  it('holds one cluster, one user and one context, all of one name', () => {
    expect(parse(loginKubeconfig(login))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'jane',
      clusters: [{ name: 'jane', cluster: { server: 'https://api.example:6443' } }],
      users: [
        {
          name: 'jane',
          user: { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') },
        },
      ],
      contexts: [{ name: 'jane', context: { cluster: 'jane', user: 'jane' } }],
      extensions: [{ name: 'kube-csr-approver', extension: { request: 'jane-2026' } }],
    });
  });

  it('trusts the server as the kubeconfig in use does', () => {
    const { baseUrl: server } = login.server;

    expect(clusterOf({ caPem: 'CA', serverName: 'kubernetes' })).toEqual({
      server,
      'certificate-authority-data': base64('CA'),
      'tls-server-name': 'kubernetes',
    });
    expect(clusterOf({ caPem: 'CA', insecureSkipTlsVerify: true })).toEqual({
      server,
      'insecure-skip-tls-verify': true,
    });
  });

  it('stays in the namespace that was in use', () => {
    const text = loginKubeconfig({ ...login, server: { ...login.server, namespace: 'shop' } });

    expect(text).toContain('namespace: shop');
  });
});

describe('a kubeconfig that is there', () => {
  it('is known again by its request, also when kubectl has written it anew', () => {
    const text = loginKubeconfig(login);
    const byKubectl = JSON.stringify({ ...(parse(text) as object), preferences: {} });

    expect([text, byKubectl].map((each) => keyOfLoginKubeconfig(each, 'jane-2026'))).toEqual([
      'KEY',
      'KEY',
    ]);
  });

  const foreign: Readonly<Record<string, string>> = {
    'of another request': loginKubeconfig({ ...login, request: 'jane-2025' }),
    'without the mark': loginKubeconfig(login).replace('kube-csr-approver', 'minikube'),
    'with a second document': `${loginKubeconfig(login)}---\n${loginKubeconfig(login)}`,
    'without a key': loginKubeconfig(login).replace('client-key-data', 'client-key'),
    'that is no YAML': 'a: [',
    'that is empty': '',
  };

  it.each(Object.entries(foreign))('is not ours: one %s', (_, text) => {
    expect(keyOfLoginKubeconfig(text, 'jane-2026')).toBeUndefined();
  });
});
