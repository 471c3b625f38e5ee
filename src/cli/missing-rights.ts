// SPDX-License-Identifier: Apache-2.0
// Which rights whoever calls a command lacks: every 403 of the API server, as RBAC would write the right.

import type { Transport } from '../kube/transport.js';
import type { MissingRight } from '../review/explanation.js';

/** A transport that remembers what it was forbidden. */
export interface NotingTransport {
  readonly transport: Transport;
  /** Each once, in the order in which they were missed. */
  missingRights(): readonly MissingRight[];
}

/** What the controller reads for which question, by resource; a 403 of anything else is no evidence. */
const NEEDED_FOR: Readonly<Record<string, string>> = {
  subjectaccessreviews:
    'whether the requester may have a kubelet’s certificate, and whether the identity to be issued may do everything',
  nodes: 'which names and addresses are a node’s own',
  endpointslices: 'which addresses are the API server’s',
  servicecidrs: 'which addresses are those of Services',
};

/** Wraps `transport`; calls are made as before. */
export function notingMissingRights(transport: Transport): NotingTransport {
  const missing = new Map<string, MissingRight>();
  return {
    transport: {
      ...transport,
      request: async (request) => {
        const answer = await transport.request(request);
        if (answer.kind === 'refused' && answer.status === 403) {
          const { right, resource } = rightOf(request.method, request.path);
          const neededFor = NEEDED_FOR[resource];
          if (neededFor !== undefined) missing.set(right, { right, neededFor });
        }
        return answer;
      },
    },
    missingRights: () => [...missing.values()],
  };
}

/** `/apis/GROUP/VERSION/namespaces/NS/RESOURCE/NAME` or `/api/v1/…`, without what is not there. */
const PATH =
  /^\/(?:api|apis\/([^/?]+))\/[^/?]+(?:\/namespaces\/([^/?]+))?\/([^/?]+)(?:\/([^/?]+))?/;

/** The right that a call needs: `get endpointslices.discovery.k8s.io "kubernetes" in namespace default`. */
function rightOf(method: string, path: string): { right: string; resource: string } {
  const [, group, namespace, resource = '', name] = PATH.exec(path) ?? [];
  const reads = name === undefined ? 'list' : 'get';
  const verb = method === 'POST' ? 'create' : reads;
  const what = group === undefined ? resource : `${resource}.${group}`;
  const where = namespace === undefined ? '' : ` in namespace ${decodeURIComponent(namespace)}`;
  return { right: `${verb} ${what}${where}`, resource };
}
