// SPDX-License-Identifier: Apache-2.0
// The files that a policy test file names: its policy and its objects, each read once.

import { type LoadedPolicy, loadPolicyParts } from '../policy/load-policy.js';
import { isKubernetesObject, parseYamlDocuments } from '../policy/object-documents.js';
import { asKeys, partOfBytes } from '../policy/policy-part.js';
import type { PolicyTestFile } from '../policy/policy-test-file.js';
import type { WrittenPolicyTest } from '../policy/policy-test-schema.js';
import { formatProblem, type Path, type PolicyProblem } from '../policy/problem.js';
import { field } from '../vocabulary/json.js';
import { fail, ok, type Result } from '../vocabulary/result.js';

/** Why a file was not read: it is not where files may be, or it cannot be read. */
export interface Unread {
  readonly code: 'FileOutside' | 'FileUnreadable';
  readonly message: string;
}

/** Reads a file beside the test file (or below) by its name there; never one outside. */
export type ReadBeside = (name: string) => Promise<Result<Uint8Array, Unread>>;

/** What was named and could be had, or every line that says why not. */
export type Had<T> = Result<T, readonly string[]>;

/** Files beside one test file. */
export class BesideFiles {
  readonly #test: PolicyTestFile;
  readonly #folder: string;
  readonly #read: ReadBeside;
  readonly #objects = new Map<string, Promise<Had<readonly unknown[]>>>();

  /** `file` is the path of the test file, as messages show it. */
  constructor(test: PolicyTestFile, file: string, read: ReadBeside) {
    this.#test = test;
    this.#folder = file.slice(0, file.lastIndexOf('/') + 1);
    this.#read = read;
  }

  /** The path of `name`, as messages show it. */
  shown(name: string): string {
    return this.#folder + name;
  }

  /** The bytes of `name`, which stands at `path` of the test file. */
  async bytes(name: string, path: Path): Promise<Had<Uint8Array>> {
    const read = await this.#read(name);
    if (read.ok) return read;
    const { message, code } = read.error;
    return fail([`${code}: ${formatProblem(this.#test.problemAt(path, message))}`]);
  }

  /** The policy of the test file. */
  async policy(): Promise<Had<LoadedPolicy>> {
    const { policy } = this.#test.written;
    if (this.#test.policy !== undefined) return ok(this.#test.policy);
    if (!isListOfNames(policy))
      throw new TypeError('a policy inside of a test file was not loaded');
    const parts = await Promise.all(
      policy.map(async (name, index) => {
        const path = policy.length === 1 ? ['policy'] : ['policy', index];
        const bytes = await this.bytes(name, path);
        return bytes.ok ? ok(partOfBytes(bytes.value, { name, source: this.shown(name) })) : bytes;
      }),
    );
    const lines = parts.flatMap((part) => (part.ok ? [] : part.error));
    const [first, ...others] = parts.flatMap((part) => (part.ok ? [part.value] : []));
    if (first === undefined || lines.length > 0) return fail(lines);
    const keys = asKeys([first, ...others]);
    if (!keys.ok) return fail([formatProblem(this.#test.problemAt(['policy'], keys.error))]);
    return asLines(loadPolicyParts(keys.value));
  }

  /** Objects that stand at `path`, or in the files that are named there. */
  async objects(
    listed: readonly (string | Readonly<Record<string, unknown>>)[] = [],
    path: Path,
  ): Promise<Had<readonly unknown[]>> {
    const all = await Promise.all(
      listed.map(async (each, index) => {
        const at = [...path, index];
        const found = typeof each === 'string' ? await this.#objectsOf(each, at) : ok([each]);
        if (!found.ok || found.value.every(isKubernetesObject)) return found;
        const message = 'there is something without "kind" or "metadata": no Kubernetes object';
        return fail([formatProblem(this.#test.problemAt(at, message))]);
      }),
    );
    const lines = all.flatMap((each) => (each.ok ? [] : each.error));
    return lines.length > 0
      ? fail(lines)
      : ok(all.flatMap((each) => (each.ok ? [...each.value] : [])));
  }

  #objectsOf(name: string, path: Path): Promise<Had<readonly unknown[]>> {
    const known = this.#objects.get(name);
    if (known !== undefined) return known;
    const read = this.bytes(name, path).then((bytes) =>
      bytes.ok ? asLines(parseYamlDocuments(textOf(bytes.value), this.shown(name))) : bytes,
    );
    this.#objects.set(name, read);
    return read;
  }
}

const isListOfNames = (policy: WrittenPolicyTest['policy']): policy is readonly string[] =>
  Array.isArray(policy);

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Problems as the lines that tell them. */
const asLines = <T>(result: Result<T, readonly PolicyProblem[]>): Had<T> =>
  result.ok ? result : fail(result.error.map(formatProblem));

/** `objects` with those of `own` put in, each in the place of the one that it is a version of. */
export function withOwn(objects: readonly unknown[], own: readonly unknown[]): readonly unknown[] {
  const replaced = new Set(own.map(identityOf));
  return [...own, ...objects.filter((object) => !replaced.has(identityOf(object)))];
}

function identityOf(object: unknown): string {
  const metadata = field(object, 'metadata');
  return JSON.stringify([
    field(object, 'kind'),
    field(metadata, 'namespace'),
    field(metadata, 'name'),
  ]);
}
