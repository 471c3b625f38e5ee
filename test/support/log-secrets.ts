// SPDX-License-Identifier: Apache-2.0
// What no log may hold: keys, tokens, requests, certificates. Those that a test makes are known here; others are told by
// their looks.

const known = new Set<string>();

/** The text stands in no log from now on; of PEM every line of its body, and the base64 of it all, as objects hold it. */
export function keepFromLogs(secret: string): void {
  const body = secret.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  for (const line of body) if (line.length >= SHORTEST) known.add(line);
  const inObject = Buffer.from(secret).toString('base64');
  if (secret.startsWith('-----')) known.add(inObject.slice(60, 60 + 64));
}

const SHORTEST = 24;

/** What looks like a secret, and its name; the log has none of these by right. */
const LOOKS: readonly (readonly [string, RegExp])[] = [
  ['a PEM block', /-----BEGIN|LS0tLS1CRUdJTi/],
  ['a JSON Web Token', /eyJ[\w-]{10,}\.[\w-]{10,}/],
  ['a bearer token', /bearer +[\w.~+/-]{8,}/i],
  ['octets in hex', /[0-9a-f]{65,}/i],
];

/** Runs of what base64 and its kin are made of. */
const RUN = /[A-Za-z0-9+/_.=-]{24,}/g;

/** As long as a line of PEM, and as mixed as octets are: neither words nor a path. */
const isBase64 = (run: string): boolean =>
  (run.match(/[A-Za-z0-9+/]{64,}/g) ?? []).some(
    (part) => [/[a-z]/, /[A-Z]/, /\d/].every((each) => each.test(part)) && new Set(part).size > 24,
  );

/** What of `text` should not be there; the words name the kind, and show no more than the beginning. */
export function secretsIn(text: string): readonly string[] {
  const looks = LOOKS.flatMap(([name, look]) => (look.test(text) ? [name] : []));
  const runs = [...new Set(text.match(RUN))];
  const held = [...known].filter((secret) => runs.some((run) => run.includes(secret)));
  return [
    ...looks,
    ...held.map((secret) => `a secret of the test: ${secret.slice(0, 8)}…`),
    ...runs.filter(isBase64).map((run) => `base64: ${run.slice(0, 8)}…`),
  ];
}
