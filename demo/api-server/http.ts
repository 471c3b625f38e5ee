// SPDX-License-Identifier: Apache-2.0
// From the wire to calls, and from answers to the wire.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { impersonated } from './impersonation.js';
import type { Call } from './call.js';
import {
  ApiFailure,
  badRequest,
  tooLarge,
  unauthorized,
  unsupportedMediaType,
} from './failures.js';
import { at } from './json.js';
import { PATCH_TYPES } from './patches.js';
import { PROTOBUF, readProtobuf } from './protobuf.js';
import { answerCall } from './router.js';
import type { Answer, Services } from './router.js';
import type { User } from './users.js';

const MAX_BODY_BYTES = 3 * 1024 * 1024;

export interface HttpOptions {
  readonly services: Services;
  readonly authenticate: (request: IncomingMessage) => User | undefined;
  /** A failure that a test has ordered for this request. */
  readonly orderedFailure: (method: string, path: string) => ApiFailure | undefined;
}

/** Answers one request; never throws. */
export async function handle(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let answer: Answer | undefined;
  try {
    answer = await answerRequest(options, request, response);
  } catch (error) {
    const failure =
      error instanceof ApiFailure ? error : new ApiFailure(500, 'InternalError', String(error));
    answer = { code: failure.code, body: failure.status };
    const retryAfterSeconds = at(failure.status, 'details', 'retryAfterSeconds');
    if (typeof retryAfterSeconds === 'number') response.setHeader('retry-after', retryAfterSeconds);
  }
  if (answer === undefined || response.destroyed) return;
  const { code, body } = answer;
  const isText = typeof body === 'string';
  response.writeHead(code, { 'content-type': isText ? 'text/plain' : 'application/json' });
  response.end(isText ? body : JSON.stringify(body));
}

async function answerRequest(
  { services, authenticate, orderedFailure }: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | undefined> {
  const { method = 'GET', url = '/', headers } = request;
  const bytes = await readBody(request);
  const { pathname, searchParams } = new URL(url, 'https://server');
  const ordered = orderedFailure(method, pathname);
  if (ordered !== undefined) throw ordered;
  const caller = authenticate(request);
  if (caller === undefined) throw unauthorized();
  const user = impersonated(request, caller, services.allows);
  const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const warnings: string[] = [];
  const call: Call = {
    method,
    path: pathname,
    query: searchParams,
    contentType,
    accept: headers.accept ?? '',
    userAgent: headers['user-agent'] ?? '',
    body: parseBody(method, contentType, bytes),
    user,
    warn: (warning) => {
      warnings.push(`299 - ${JSON.stringify(warning)}`);
      response.setHeader('warning', warnings);
    },
  };
  return answerCall(services, call, response);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function parseBody(method: string, contentType: string, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (contentType === PROTOBUF && method !== 'PATCH') return readProtobuf(bytes);
  const isJson = contentType === 'application/json' || contentType === '';
  if (method === 'PATCH' ? !PATCH_TYPES.includes(contentType) : !isJson) {
    throw unsupportedMediaType(method === 'PATCH' ? PATCH_TYPES : 'application/json');
  }
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw badRequest('the body is not JSON');
  }
}
