// SPDX-License-Identifier: Apache-2.0
// csr-approver lint: what is wrong with a policy, and what is dangerous or useless in it.

import { asKeys, type PolicyPart, type PolicyParts } from '../policy/policy-part.js';
import type { LintCode } from '../review/lint/catalogue.js';
import type { LintReport } from '../review/lint.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { type Command, EXIT, type GivenFlags } from './command.js';
import { readPolicyPart } from './files.js';
import { outputFlag, printedValue, readOutput } from './output.js';

const OUTPUTS = ['text', 'json', 'yaml'] as const;

/** Is this policy good, and is it what was meant? */
export const lintCommand: Command = {
  summary:
    'Checks policies: errors, and warnings for what is dangerous, useless or never approves.',
  usage: 'FILE…|- [flags]',
  positionals: Number.MAX_SAFE_INTEGER,
  flags: {
    policy: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'the same as FILE; - is the standard input',
    },
    merge: { type: 'boolean', help: 'the files are one policy, as the keys of one ConfigMap are' },
    strict: { type: 'boolean', help: 'exit with 1 for warnings, too; notes never count' },
    ignore: {
      type: 'string',
      multiple: true,
      value: 'CODE',
      help: 'say nothing of this kind of warning; may be repeated',
    },
    output: outputFlag(...OUTPUTS),
  },
  run: async (given, process) => {
    const question = await readQuestion(given);
    if (!question.ok) {
      process.err(`${question.error}\n`);
      return EXIT.unknown;
    }
    const { files, isMerged, isStrict, output, ignore } = question.value;
    const { parts, unread } = await readParts(files);
    if (unread.length > 0) process.err(`${unread.join('\n')}\n`);
    // A file that could not be read may hold what the others lack.
    const policies = isMerged ? merged(unread.length > 0 ? [] : parts) : ok(parts.map(alone));
    if (!policies.ok) {
      process.err(`UsageError: --merge: ${policies.error}\n`);
      return EXIT.unknown;
    }
    const reports = await lintAll(policies.value, ignore);
    if (reports.length > 0) process.out(await printed(reports, output));
    if (unread.length > 0) return EXIT.unknown;
    return reports.some((report) => isBad(report, isStrict)) ? EXIT.no : EXIT.yes;
  },
};

/** What the flags ask for. */
interface Question {
  readonly files: readonly string[];
  readonly isMerged: boolean;
  readonly isStrict: boolean;
  readonly output: (typeof OUTPUTS)[number];
  readonly ignore: readonly LintCode[];
}

async function readQuestion(given: GivenFlags): Promise<Result<Question, string>> {
  const output = readOutput(given, ...OUTPUTS);
  if (!output.ok) return output;
  const files = [...new Set([...given.positionals, ...given.texts('policy')])];
  if (files.length === 0) {
    return fail('UsageError: name at least one policy file, or - for the standard input');
  }
  const { isLintCode } = await import('../review/lint/catalogue.js');
  const codes = given.texts('ignore').flatMap((text) => text.split(','));
  const ignore = codes.filter(isLintCode);
  const unknown = codes.find((code) => !isLintCode(code));
  if (unknown !== undefined) {
    const known = 'docs/lint.md lists the codes; errors cannot be ignored';
    return fail(`UsageError: --ignore ${JSON.stringify(unknown)} is no kind of warning; ${known}`);
  }
  return ok({
    files,
    isMerged: given.has('merge'),
    isStrict: given.has('strict'),
    output: output.value,
    ignore,
  });
}

const alone = (part: PolicyPart): PolicyParts => [part];

function merged([first, ...others]: readonly PolicyPart[]): Result<readonly PolicyParts[], string> {
  if (first === undefined) return ok([]);
  const keys = asKeys([first, ...others]);
  return keys.ok ? ok([keys.value]) : keys;
}

interface Read {
  readonly parts: readonly PolicyPart[];
  /** A line for each file that cannot be read. */
  readonly unread: readonly string[];
}

async function readParts(files: readonly string[]): Promise<Read> {
  const read = await Promise.all(files.map(readPolicyPart));
  return {
    parts: read.flatMap((part) => (part.ok ? [part.value] : [])),
    unread: read.flatMap((part) => (part.ok ? [] : [part.error])),
  };
}

// What lints is loaded here only: the controller does not need it.

async function lintAll(
  policies: readonly PolicyParts[],
  ignore: readonly LintCode[],
): Promise<readonly LintReport[]> {
  const { lintPolicy } = await import('../review/lint.js');
  const nowMs = Date.now();
  return policies.map((parts) => lintPolicy(parts, { nowMs, ignore }));
}

async function printed(reports: readonly LintReport[], output: Question['output']) {
  const { countsOf, lintText } = await import('../review/lint-text.js');
  if (output === 'text') return lintText(reports);
  const head = { apiVersion: 'kube-csr-approver/v1alpha1', kind: 'LintReport' };
  return printedValue({ ...head, ...countsOf(reports), policies: reports }, output);
}

const isBad = ({ problems }: LintReport, isStrict: boolean): boolean =>
  problems.some(({ level }) => level === 'error' || (isStrict && level === 'warning'));
