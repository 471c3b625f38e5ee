// SPDX-License-Identifier: Apache-2.0
// What the API server says of the CAs that it believes: no signer of another name may use one of them.

import { describe, expect, it } from '@jest/globals';
import { serverUnderTest } from './server-under-test.js';

const { api, server } = serverUnderTest();

describe('the ConfigMap extension-apiserver-authentication', () => {
  it('holds the CA whose client certificates the server believes', async () => {
    const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
    const { status, body } = await api.get(path);

    expect(status).toBe(200);
    expect(body.data?.['client-ca-file']?.trim()).toBe(server.clientCa.certPem.trim());
  });
});
