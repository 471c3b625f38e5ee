// SPDX-License-Identifier: Apache-2.0
// The exact commands by which a person decides about a request. Any name is valid for a request, and its requester
// chooses it: what is pasted into a shell must be a name there and nothing else.

/** One line of a POSIX shell each. */
export interface ReviewCommands {
  readonly approve: string;
  readonly deny: string;
}

/** What `kubectl create` and kubelets make; it needs no quotes and is no flag. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/;
const PRINTABLE = /^[\x20-\x7e]+$/;

/** Undefined for a name with characters that no terminal shows as they are. */
export function reviewCommands(name: string): ReviewCommands | undefined {
  if (!PRINTABLE.test(name)) return undefined;
  const word = PLAIN.test(name) ? name : `-- '${name.replaceAll("'", `'\\''`)}'`;
  return {
    approve: `kubectl certificate approve ${word}`,
    deny: `kubectl certificate deny ${word}`,
  };
}

/** What the Event says about a request that every check of a rule in mode review let pass; `origin` names that rule. */
export function reviewMessage(name: string, origin: string): string {
  const commands = reviewCommands(name);
  const passed = `every check of ${origin}, passed`;
  return commands === undefined
    ? `${passed}; a person is to decide, and its name has characters that no shell line can show`
    : `${passed}; to approve it: ${commands.approve}; to deny it: ${commands.deny}`;
}
