#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The executable csr-approver: finds the command, reads its flags, sets the exit code.

import { inspect } from 'node:util';
import { caCommand } from './ca.js';
import { certsCommand } from './certs.js';
import { type Command, EXIT, helpOf, type Process, readFlags } from './command.js';
import { explainCommand } from './explain.js';
import { lintCommand } from './lint.js';
import { rbacCommand } from './rbac.js';
import { reasonsCommand } from './reasons.js';
import { replayCommand } from './replay.js';
import { requestCommand } from './request.js';
import { runCommand } from './run.js';
import { schemaCommand } from './schema.js';
import { testCommand } from './test.js';
import { versionCommand } from './version.js';

const commands: Readonly<Record<string, Command>> = {
  run: runCommand,
  explain: explainCommand,
  replay: replayCommand,
  certs: certsCommand,
  lint: lintCommand,
  rbac: rbacCommand,
  ca: caCommand,
  request: requestCommand,
  test: testCommand,
  schema: schemaCommand,
  reasons: reasonsCommand,
  version: versionCommand,
};

function overview(): string {
  const rows = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`,
  );
  return [
    'csr-approver <command> [flags]',
    '',
    ...rows,
    '',
    'csr-approver <command> --help tells the flags.',
    '',
  ].join('\n');
}

async function main(args: readonly string[], process: Process): Promise<number> {
  const [first = '', ...rest] = args;
  const name = first === '--version' ? 'version' : first;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const asked = ['', 'help', '--help', '-h'].includes(name);
    if (asked) process.out(overview());
    else process.err(`UsageError: there is no command ${JSON.stringify(name)}\n\n${overview()}`);
    return asked && name !== '' ? EXIT.yes : EXIT.unknown;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.out(helpOf(name, command));
    return EXIT.yes;
  }
  const read = readFlags(command, rest, process.env);
  if (!read.ok) {
    process.err(`UsageError: ${read.error}; csr-approver ${name} --help tells the flags\n`);
    return EXIT.unknown;
  }
  return command.run(read.value, process);
}

const stop = new AbortController();
let isHeard = false;

/** Not before somebody ends by it: a command that does not know of signals would go on. */
function heardSignal(): AbortSignal {
  if (isHeard) return stop.signal;
  isHeard = true;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

const surroundings: Process = {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  get signal() {
    return heardSignal();
  },
};

try {
  process.exitCode = await main(process.argv.slice(2), surroundings);
} catch (error) {
  // What else still runs ends too: half a controller would look alive.
  stop.abort();
  surroundings.err(`Fault: ${error instanceof Object ? inspect(error) : 'unknown'}\n`);
  process.exitCode = EXIT.unknown;
}
