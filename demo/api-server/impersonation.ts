// SPDX-License-Identifier: Apache-2.0
// Acting as somebody else, by headers.

import type { IncomingMessage } from 'node:http';
import type { Allows } from './authorization.js';
import { forbidden } from './failures.js';
import { ANONYMOUS, authenticated } from './users.js';
import type { User } from './users.js';

const EXTRA = 'impersonate-extra-';

/** The user that the headers name, or the caller. Throws a 403. */
export function impersonated(request: IncomingMessage, caller: User, allows: Allows): User {
  const headers = request.headersDistinct;
  const [username] = headers['impersonate-user'] ?? [];
  if (username === undefined) return caller;

  const [uid] = headers['impersonate-uid'] ?? [];
  const groups = headers['impersonate-group'] ?? [];
  const extra = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(EXTRA))
      .map(([name, values]) => [decodeURIComponent(name.slice(EXTRA.length)), values ?? []]),
  );
  const wanted: (readonly [resource: string, name: string, group: string])[] = [
    ['users', username, ''],
    ...groups.map((group) => ['groups', group, ''] as const),
    ...(uid === undefined ? [] : [['uids', uid, 'authentication.k8s.io'] as const]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => [`userextras/${key}`, value, 'authentication.k8s.io'] as const),
    ),
  ];
  for (const [resource, name, group] of wanted) {
    if (allows(caller, { verb: 'impersonate', group, resource, name })) continue;
    const why = `User "${caller.username}" cannot impersonate resource "${resource}" in API group "${group}" at the cluster scope`;
    throw forbidden({ group, plural: resource, kind: '', name }, why);
  }
  const user: User = {
    username,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
  return username === ANONYMOUS.username ? user : authenticated(user);
}
