// SPDX-License-Identifier: Apache-2.0
// Questions that are asked by creating something that is never stored: who am I, may somebody do this, a token please.

import { randomBytes } from 'node:crypto';
import type { TokenHolder } from './authentication.js';
import type { Attributes } from './authorization.js';
import type { Call, Cluster, ResourceCall } from './call.js';
import { kubeTime } from './clock.js';
import { badRequest, forbidden, invalid, invalidValue, methodNotAllowed } from './failures.js';
import type { ApiFailure } from './failures.js';
import { at, isObject, textAt, textsAt } from './json.js';
import type { JsonObject } from './json.js';
import { existing } from './writes.js';

const AUTHORIZATION = 'authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';
const DEFAULT_TOKEN_S = 3_600;
const MIN_TOKEN_S = 600;

type Answer = (cluster: Cluster, call: Call) => JsonObject;

interface Review {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly answer: Answer;
}

export const REVIEWS: readonly Review[] = [
  {
    group: AUTHORIZATION,
    plural: 'subjectaccessreviews',
    kind: 'SubjectAccessReview',
    answer: accessReview,
  },
  {
    group: AUTHORIZATION,
    plural: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    answer: ({ allows }, { user, body }) => {
      return { status: { allowed: allows(user, attributesOf(at(body, 'spec'))) } };
    },
  },
  {
    group: AUTHENTICATION,
    plural: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    answer: (_, { user: userInfo }) => ({ status: { userInfo } }),
  },
];

/** The answer to a review, if the path is that of one. */
export function answerReview(cluster: Cluster, call: Call): JsonObject | undefined {
  const review = REVIEWS.find(({ group, plural }) => call.path === `/apis/${group}/v1/${plural}`);
  if (review === undefined) return undefined;
  const { group, plural, kind } = review;
  if (call.method !== 'POST') throw methodNotAllowed();
  if (!cluster.allows(call.user, { verb: 'create', group, resource: plural })) {
    const why = `User "${call.user.username}" cannot create resource "${plural}" in API group "${group}" at the cluster scope`;
    throw forbidden({ group, plural, kind, name: '' }, why);
  }
  if (!isObject(call.body)) throw badRequest('the body is no object');
  const { spec } = call.body;
  const metadata = {};
  return {
    kind,
    apiVersion: `${group}/v1`,
    metadata,
    ...(spec === undefined ? {} : { spec }),
    ...review.answer(cluster, call),
  };
}

function accessReview({ allows }: Cluster, { body }: Call): JsonObject {
  const spec = at(body, 'spec');
  const [username, groups] = [textAt(spec, 'user'), textsAt(spec, 'groups')];
  if (username === '' && groups.length === 0) {
    throw invalidReview('spec.user', '', 'at least one of user or group must be specified');
  }
  return { status: { allowed: allows({ username, groups }, attributesOf(spec)) } };
}

const invalidReview = (field: string, value: unknown, why: string): ApiFailure =>
  invalid({ group: AUTHORIZATION, plural: '', kind: 'SubjectAccessReview', name: '' }, [
    invalidValue(field, value, why),
  ]);

function attributesOf(spec: unknown): Attributes {
  const wanted = at(spec, 'resourceAttributes');
  const path = textAt(spec, 'nonResourceAttributes', 'path');
  if (!isObject(wanted)) {
    if (path === '') {
      const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
      throw invalidReview('spec.resourceAttributes', undefined, why);
    }
    return { verb: textAt(spec, 'nonResourceAttributes', 'verb'), path };
  }
  const subresource = textAt(wanted, 'subresource');
  const resource = textAt(wanted, 'resource') + (subresource === '' ? '' : `/${subresource}`);
  const namespace = textAt(wanted, 'namespace');
  return {
    verb: textAt(wanted, 'verb'),
    group: textAt(wanted, 'group'),
    resource,
    name: textAt(wanted, 'name'),
    ...(namespace === '' ? {} : { namespace }),
  };
}

/** A TokenRequest: a new bearer token of a service account. */
export function issueToken(
  cluster: Cluster,
  call: ResourceCall,
  tokens: Map<string, TokenHolder>,
): JsonObject {
  const account = existing(cluster, call);
  const { namespace, name } = call;
  const wanted = at(call.body, 'spec', 'expirationSeconds');
  const seconds = typeof wanted === 'number' ? Math.max(wanted, MIN_TOKEN_S) : DEFAULT_TOKEN_S;
  const expiresAtMs = cluster.clock.nowMs() + seconds * 1000;
  const token = randomBytes(32).toString('base64url');
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const username = `system:serviceaccount:${namespace}:${name}`;
  tokens.set(token, { user: { username, uid: account.metadata.uid, groups }, expiresAtMs });
  return {
    kind: 'TokenRequest',
    apiVersion: `${AUTHENTICATION}/v1`,
    metadata: { name, namespace },
    spec: { expirationSeconds: seconds },
    status: { token, expirationTimestamp: kubeTime(expiresAtMs) },
  };
}
