// SPDX-License-Identifier: Apache-2.0
// Which answer belongs to which call.

import type { ServerResponse } from 'node:http';
import type { TokenHolder } from './authentication.js';
import { authorize, resourceCall } from './call.js';
import type { Call, Cluster, ResourceCall } from './call.js';
import { describeServer } from './discovery.js';
import { ApiFailure, methodNotAllowed, noSuchPath, notImplemented } from './failures.js';
import type { JsonObject } from './json.js';
import type { Lists } from './lists.js';
import { presentationOf } from './presentation.js';
import { RESOURCES } from './resources.js';
import { answerReview, issueToken } from './reviews.js';
import type { Watches } from './watches.js';
import { create, existing, patch, remove, replace } from './writes.js';

/** Groups of a complete API server: what is asked for in them is lacking here, not unknown. */
const KNOWN_GROUP = /^(?:apps|autoscaling|batch|policy|[a-z.]+\.k8s\.io)$/;

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

export interface Answer {
  readonly code: number;
  readonly body: JsonObject | string;
}

export interface Services extends Cluster {
  readonly lists: Lists;
  readonly watches: Watches;
  readonly tokens: Map<string, TokenHolder>;
}

/** The answer; undefined when a watch writes it by itself. Throws an ApiFailure. */
export async function answerCall(
  services: Services,
  call: Call,
  response: ServerResponse,
): Promise<Answer | undefined> {
  if (!METHODS.has(call.method)) throw methodNotAllowed();
  const review = answerReview(services, call);
  if (review !== undefined) return { code: 201, body: review };
  const wanted = resourceCall(call, RESOURCES);
  if (wanted !== undefined) {
    authorize(services.allows, wanted);
    return answerResource(services, wanted, response);
  }
  return { code: 200, body: answerPath(services, call) };
}

function answerPath({ allows }: Services, { user, path, method }: Call): JsonObject | string {
  const verb = method.toLowerCase();
  const description = describeServer(path.replace(/\/$/, ''));
  if (!allows(user, { verb, path })) {
    const message = `forbidden: User "${user.username}" cannot ${verb} path "${path}"`;
    throw new ApiFailure(403, 'Forbidden', message);
  }
  if (description === undefined) throw isLacking(path) ? notImplemented(path) : noSuchPath();
  if (method !== 'GET') throw methodNotAllowed();
  return description;
}

/** In a version that is served by default; certificates.k8s.io, for one, is served as v1 only. */
function isLacking(path: string): boolean {
  const [, root, group = '', version] = path.split('/');
  if (root === 'api') return group === 'v1';
  return root === 'metrics' || (root === 'apis' && version === 'v1' && KNOWN_GROUP.test(group));
}

async function answerResource(
  services: Services,
  call: ResourceCall,
  response: ServerResponse,
): Promise<Answer | undefined> {
  const { verb, resource, subresource, name } = call;
  if (subresource !== '') {
    if (resource.subresources?.includes(subresource) !== true) {
      throw notImplemented(`${resource.plural}/${subresource}`);
    }
    if (subresource === 'token') {
      if (verb !== 'create') throw methodNotAllowed();
      return { code: 201, body: issueToken(services, call, services.tokens) };
    }
  }
  switch (verb) {
    case 'list':
      return { code: 200, body: await services.lists.answer(call) };
    case 'watch':
      services.watches.answer(call, response);
      return undefined;
    case 'create':
      if (name !== '') throw methodNotAllowed();
      return shown(services, call, create, 201);
    case 'get':
      return shown(services, call, existing);
    case 'update':
      return shown(services, call, replace);
    case 'patch':
      return shown(services, call, patch);
    case 'delete':
      if (subresource !== '') throw methodNotAllowed();
      return { code: 200, body: remove(services, call) };
    default:
      throw notImplemented('deletion of collections');
  }
}

function shown(services: Services, call: ResourceCall, act: typeof create, code = 200): Answer {
  if (call.name === '' && act !== create) throw methodNotAllowed();
  const presentation = presentationOf(call, services.clock.nowMs);
  return { code, body: presentation.object(act(services, call)) };
}
