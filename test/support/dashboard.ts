// SPDX-License-Identifier: Apache-2.0
// The Grafana dashboard of the chart, as far as tests look at it.

import { join } from 'node:path';

export const DASHBOARD_FILE = join(
  import.meta.dirname,
  '../../charts/kube-csr-approver/files/dashboard.json',
);

export interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly description: string;
    readonly gridPos: {
      readonly x: number;
      readonly y: number;
      readonly w: number;
      readonly h: number;
    };
    readonly targets: readonly {
      readonly refId: string;
      readonly expr: string;
      readonly legendFormat: string;
    }[];
  }[];
  readonly templating: {
    readonly list: readonly { readonly query: string | { readonly query: string } }[];
  };
}
