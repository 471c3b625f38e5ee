// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../support/running-controller.js';

const policy = (preset: string): string =>
  `apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nrules: { nodes: { preset: ${preset} } }\n`;

describe('csr-approver lint', () => {
  it('reads the standard input', async () => {
    const { code, stdout } = await runCommand(['lint', '-'], { input: policy('kubelet-serving') });

    expect(code).toBe(0);
    expect(stdout).toMatch(/^stdin:3:19: warning SelfReportedOnly: rules\.nodes\.preset: /);
  });

  it('ends with 1 for an error', async () => {
    const { code, stdout } = await runCommand(['lint', '-'], { input: policy('kubelets') });

    expect(code).toBe(1);
    expect(stdout).toMatch(/^stdin:3:27: error PolicyInvalidValue: rules\.nodes\.preset: /);
  });
});
