// SPDX-License-Identifier: Apache-2.0
// Who somebody is to the API server.

export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';

export const ANONYMOUS: User = {
  username: 'system:anonymous',
  groups: ['system:unauthenticated'],
};

export const isMaster = (user: User): boolean => user.groups.includes(MASTERS);

/** The user with the group that everybody has who was authenticated. */
export const authenticated = (user: User): User => ({
  ...user,
  groups: user.groups.includes(AUTHENTICATED) ? user.groups : [...user.groups, AUTHENTICATED],
});
