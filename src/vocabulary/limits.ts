// SPDX-License-Identifier: Apache-2.0
// Every bound that an input, a loop or a cache of this program has, in one place, with its reason.

/** Bytes of `spec.request` (PEM) read at most; the API server would take 1.5 MiB, real requests have 1–4 KiB. */
export const MAX_REQUEST_PEM_BYTES = 16 * 1024;

/** DER nesting; a PKCS#10 with a SAN needs 9. */
export const MAX_DER_DEPTH = 16;

/** DER elements walked in one request; a SAN of 100 names needs about 200. */
export const MAX_DER_ELEMENTS = 2000;

/** Octets of one OBJECT IDENTIFIER; the longest in use have about 20. */
export const MAX_OBJECT_IDENTIFIER_OCTETS = 64;

/** Subject attributes read; more is not a name but a bill. */
export const MAX_SUBJECT_ATTRIBUTES = 32;

/** Characters of one subject attribute or name; X.520 allows 64 for a common name, kubelets use up to 265. */
export const MAX_ATTRIBUTE_CHARACTERS = 512;

/** SANs in one request; a node has a handful, the largest real certificates about 100. */
export const MAX_SUBJECT_ALT_NAMES = 100;

/** Extensions asked for in one request. */
export const MAX_EXTENSIONS = 32;

/** Bytes of a policy, all its parts together; what a ConfigMap can hold is 1 MiB, a policy of 200 rules has 60 KiB. */
export const MAX_POLICY_BYTES = 512 * 1024;

/** Texts that one policy is made of, the keys of its ConfigMap; one for each team that writes rules is plenty. */
export const MAX_POLICY_PARTS = 100;

/** Rules in one policy. */
export const MAX_RULES = 500;

/** Values in one list of a policy. */
export const MAX_LIST_VALUES = 500;

/** Characters in one pattern of a policy. */
export const MAX_PATTERN_CHARACTERS = 500;

/** Rounds of asking for evidence; the longest chain of a preset is 3 (the Node, DNS, who else lists it), then it is decided. */
export const MAX_EVIDENCE_ROUNDS = 4;

/** Characters of a condition message; kubelets print it verbatim. */
export const MAX_CONDITION_MESSAGE_CHARACTERS = 1024;

/** Events about requests that are written at once; a bad policy denies the requests of a whole team in a moment. */
export const EVENTS_AT_ONCE = 50;

/** Events about requests in each second after that; each costs the API server a write, as a decision does. */
export const EVENTS_PER_SECOND = 10;

/** Groups of a requester written to a log line; an approval by one of them stands in the policy. */
export const MAX_LOGGED_GROUPS = 32;

/** Violations written to a log line; no request can have more of the codes there are. */
export const MAX_LOGGED_VIOLATIONS = 32;

/** Rules in mode shadow written to the line of a decision; each has a line of its own once somebody decided. */
export const MAX_LOGGED_SHADOW_RULES = 16;

/** Rights written to a log line; a policy needs a dozen and two for each signer name. */
export const MAX_LOGGED_RIGHTS = 100;

/** Characters of a name in a log line, its escapes counted; a user name has about 40, a signer name at most 571. */
export const MAX_LOGGED_NAME_CHARACTERS = 600;

/** Characters of a sentence in a log line, its escapes counted; as many as a condition has. */
export const MAX_LOGGED_SENTENCE_CHARACTERS = 1024;

/** Lines of the stack of a fault. */
export const MAX_LOGGED_STACK_LINES = 30;

/**
 * Bytes of a log line that holds no policy, if every field overflowed at once; usual ones have 900. A request of
 * MAX_REQUEST_PEM_BYTES cannot reach a sixth of it.
 */
export const MAX_LOG_LINE_BYTES = 384 * 1024;

/** Access reviews whose answer is kept or under way; each is a few hundred bytes. */
export const MAX_KEPT_ACCESS_REVIEWS = 1000;

/** Readings of requests that are kept between approval and signing; each is about 20 KiB with its bytes. */
export const MAX_REMEMBERED_READINGS = 256;

/** Bytes of a file of a CA, certificate or key; an RSA-8192 key in PEM has 6 KiB. */
export const MAX_CA_FILE_BYTES = 64 * 1024;

/** Certificates of one CA, roots among them; real chains have three. */
export const MAX_CA_CHAIN = 16;

/** Trust anchors of one signer that are recorded and published; a CA that is changed each month for four years has 48. */
export const MAX_TRUST_ANCHORS = 64;

/** Approved requests without a certificate of which it is remembered what was told; beyond, a reason may be told again. */
export const MAX_TOLD_REQUESTS = 10_000;

/** Brackets inside brackets, and block indicators in one line; a policy needs 4. */
export const MAX_FLOW_DEPTH = 32;

/** Columns by which a line may be indented before a key; a policy needs 10. */
export const MAX_INDENT = 128;

/** Levels of maps and lists in a policy; it needs 6. */
export const MAX_POLICY_DEPTH = 16;

/** Levels of maps and lists in a Kubernetes object; real ones stay below 20. */
export const MAX_OBJECT_DEPTH = 64;

/**
 * Values of a policy, aliases counted as what they stand for; 500 rules of 60 values. As many as the parser reads in the
 * memory that the chart gives.
 */
export const MAX_POLICY_VALUES = 30_000;

/** Bytes of a file of Kubernetes objects; 5,000 Nodes as YAML have about 40 MiB. */
export const MAX_OBJECT_FILE_BYTES = 64 * 1024 * 1024;

/** Values in a file of Kubernetes objects. */
export const MAX_OBJECT_FILE_VALUES = 5_000_000;

/** Problems reported of one text; nobody corrects more in one go. */
export const MAX_PROBLEMS = 100;

/** Instructions of one compiled pattern; keeps one match of 512 characters below about 20 ms. */
export const MAX_PATTERN_INSTRUCTIONS = 1000;

/** Instructions of all patterns of a policy, 50 more for each pattern; they take some 100 bytes each. */
export const MAX_POLICY_INSTRUCTIONS = 150_000;

/** Bytes of a policy test file; 2,000 cases have about 800 KiB. */
export const MAX_POLICY_TEST_BYTES = 1024 * 1024;

/** Cases of one policy test file. */
export const MAX_POLICY_TEST_CASES = 2000;

/** Values of a policy test file, aliases counted as what they stand for. */
export const MAX_POLICY_TEST_VALUES = 100_000;

/** Addresses of one DNS name; a node has a handful, and a name with more is none that one node owns. */
export const MAX_FORWARD_ADDRESSES = 64;

/** CNAMEs that are followed from one name; resolvers follow 8 to 16, and a loop has no end. */
export const MAX_DNS_ALIASES = 8;

/** DNS names whose addresses are kept or asked for; each is a few hundred bytes and lives for seconds. */
export const MAX_KEPT_FORWARD_SETS = 2000;

/** DNS servers that may be named; nobody has more, and each costs its time-out. */
export const MAX_DNS_SERVERS = 8;

/** Nodes to which one shared address is told; a value that more of them list is no quarrel between nodes. */
export const MAX_TOLD_NODES = 16;

/** Undecided requests of which it is remembered what the rules made of them; each is a few hundred bytes. */
export const MAX_JUDGED = 10_000;

/** Requests that were decided while the look at them was under way, each with its bytes. */
export const MAX_DECIDED_UNJUDGED = 256;

/** Answers that a replay keeps: two access reviews and a Node of each of 10,000 requests. */
export const MAX_REPLAY_ANSWERS = 30_000;

/** Characters of status.certificate that a requester reads; a certificate has 2 KiB, one with its chain 8. */
export const MAX_ISSUED_CERTIFICATE_CHARACTERS = 128 * 1024;
