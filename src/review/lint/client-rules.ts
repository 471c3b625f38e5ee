// SPDX-License-Identifier: Apache-2.0
// Which rules and signers give certificates with which somebody authenticates as a client.

import type { Rule } from '../../decide/rule.js';

/** Whether certificates with these usages authenticate clients; one for `any` does so too. */
export const areForClients = (usages: readonly string[]): boolean =>
  usages.includes('client auth') || usages.includes('any');

/** Whether the rule gives people or programs certificates for clients; kubelets have rules of their own. */
export const givesClients = ({ preset, usages }: Rule): boolean =>
  preset === undefined && areForClients(usages);
