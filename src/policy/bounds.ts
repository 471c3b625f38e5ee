// SPDX-License-Identifier: Apache-2.0
// Bounds of reading YAML and compiling patterns, each with its reason.

/** Brackets inside brackets, and block indicators in one line; a policy needs 4. */
export const MAX_FLOW_DEPTH = 32;

/** Columns by which a line may be indented before a key; a policy needs 10. */
export const MAX_INDENT = 128;

/** Levels of maps and lists in a policy; it needs 6. */
export const MAX_POLICY_DEPTH = 16;

/** Levels of maps and lists in a Kubernetes object; real ones stay below 20. */
export const MAX_OBJECT_DEPTH = 64;

/** Values of a policy, aliases counted as what they stand for. */
export const MAX_POLICY_VALUES = 100_000;

/** Bytes of a file of Kubernetes objects; 5,000 Nodes as YAML have about 40 MiB. */
export const MAX_OBJECT_FILE_BYTES = 64 * 1024 * 1024;

/** Values in a file of Kubernetes objects. */
export const MAX_OBJECT_FILE_VALUES = 5_000_000;

/** Problems reported of one text; nobody corrects more in one go. */
export const MAX_PROBLEMS = 100;

/** Instructions of one compiled pattern; keeps one match of 512 characters below about 20 ms. */
export const MAX_PATTERN_INSTRUCTIONS = 1000;
