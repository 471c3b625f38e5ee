// SPDX-License-Identifier: Apache-2.0
// The kubeconfig of one person at one cluster: written whole, and known again by a mark that kubectl keeps.

import { parseYamlDocuments } from '../policy/object-documents.js';
import { toYaml } from '../policy/to-yaml.js';
import { field, listAt, stringAt } from '../vocabulary/json.js';

/** An extension of the kubeconfig: a comment would be lost when kubectl writes the file. */
const MARK = 'kube-csr-approver';

/** The server, as the kubeconfig in use or the pod has it. */
export interface LoginServer {
  readonly baseUrl: string;
  readonly caPem?: string;
  readonly serverName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly namespace?: string;
}

/** What stands in the file. */
export interface Login {
  /** Of cluster, user and context alike, so that the file merges with others. */
  readonly name: string;
  /** Of the CertificateSigningRequest. */
  readonly request: string;
  readonly server: LoginServer;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** The text of the file; it holds the private key. */
export function loginKubeconfig({ name, request, server, certificatePem, keyPem }: Login): string {
  const { baseUrl, caPem, serverName, insecureSkipTlsVerify, namespace } = server;
  const cluster = {
    server: baseUrl,
    ...(serverName === undefined ? {} : { 'tls-server-name': serverName }),
    // kubectl refuses a file that has both.
    ...(insecureSkipTlsVerify === true
      ? { 'insecure-skip-tls-verify': true }
      : caPem === undefined
        ? {}
        : { 'certificate-authority-data': base64(caPem) }),
  };
  const user = {
    'client-certificate-data': base64(certificatePem),
    'client-key-data': base64(keyPem),
  };
  const context = { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) };
  return toYaml({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context }],
    extensions: [{ name: MARK, extension: { request } }],
  });
}

/** The private key (PEM) of such a file for `request`; undefined for any other text. */
export function keyOfLoginKubeconfig(text: string, request: string): string | undefined {
  const read = parseYamlDocuments(text, 'kubeconfig');
  const [config, ...others] = read.ok ? read.value : [];
  if (others.length > 0) return undefined;
  const mark = listAt(config, 'extensions').find((each) => stringAt(each, 'name') === MARK);
  if (stringAt(field(mark, 'extension'), 'request') !== request) return undefined;
  const [user] = listAt(config, 'users');
  const key = stringAt(field(user, 'user'), 'client-key-data');
  return key === undefined ? undefined : Buffer.from(key, 'base64').toString('utf8');
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
