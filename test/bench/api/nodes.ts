// SPDX-License-Identifier: Apache-2.0
// The Nodes that kubelets ask serving certificates for: names and addresses of their own, as registered kubelets write them.

import type { ApiClient } from '../../support/api-client.js';
import { inParallel } from './in-parallel.js';

/** As many as the largest clusters have (Kubernetes' own limit). */
export const NODES = 5_000;

const CREATORS = 16;
const NODES_PATH = '/api/v1/nodes';

export const nodeName = (index: number): string => `node-${index}`;
export const nodeOctets = (index: number): readonly number[] => [
  10,
  1,
  Math.trunc(index / 256),
  index % 256,
];

/** Creates all of them. Throws at any answer but success. */
export function createNodes(admin: ApiClient): Promise<void> {
  const indexes = Array.from({ length: NODES }, (_, index) => index);
  return inParallel(CREATORS, indexes, async (index) => {
    const { status, text } = await admin.create(NODES_PATH, {
      metadata: { name: nodeName(index) },
      status: {
        addresses: [
          { type: 'Hostname', address: nodeName(index) },
          { type: 'InternalIP', address: nodeOctets(index).join('.') },
        ],
      },
    });
    if (status !== 201) throw new Error(`POST ${NODES_PATH}: ${status} ${text}`);
  });
}
