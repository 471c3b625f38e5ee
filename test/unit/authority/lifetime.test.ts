import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { effectiveSeconds, validityOf } from '../../../src/authority/lifetime.js';
import { NOW_MS } from '../../support/decide.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const bounds = (defaultSeconds: number, maxSeconds: number) => ({ defaultSeconds, maxSeconds });

/** Offsets from now, in seconds. */
function offsets(seconds: number, caNotAfterSeconds = 10 * YEAR, nowMs = NOW_MS) {
  const caNotAfterMs = NOW_MS + caNotAfterSeconds * 1000;
  const validity = validityOf({ nowMs, seconds, caNotAfterMs });
  if (!validity.ok) return validity.error.code;
  const { notBeforeMs, notAfterMs } = validity.value;
  return [(notBeforeMs - NOW_MS) / 1000, (notAfterMs - NOW_MS) / 1000];
}

describe('how long a certificate lives', () => {
  it.each([
    ['a request that says nothing gets the default', undefined, bounds(DAY, YEAR), DAY],
    ['a default above the maximum is cut', undefined, bounds(YEAR, DAY), DAY],
    ['a request within the bounds gets what it asked for', 2 * HOUR, bounds(DAY, YEAR), 2 * HOUR],
    ['a request may ask for more than the default', 2 * DAY, bounds(DAY, YEAR), 2 * DAY],
    ['a request for exactly the maximum gets it', DAY, bounds(HOUR, DAY), DAY],
    ['a request for a second more than the maximum gets the maximum', DAY + 1, bounds(1, DAY), DAY],
    ['exactly ten minutes is given', 600, bounds(DAY, DAY), 600],
    ['less than ten minutes becomes ten minutes', 599, bounds(DAY, DAY), 600],
    ['a negative request becomes ten minutes', -420, bounds(DAY, DAY), 600],
    ['the maximum bounds the floor of ten minutes too', 180, bounds(300, 300), 300],
  ])('%s', (_name, requested, lifetime, expected) => {
    expect(effectiveSeconds(requested, lifetime)).toBe(expected);
  });
});

describe('from when until when a certificate is valid', () => {
  it.each([
    ['ten minutes are fifteen with the backdate', 600, [-300, 600]],
    ['two hours keep their full life after now', 2 * HOUR, [-300, 2 * HOUR]],
    ['a second under eight hours is still short', 8 * HOUR - 1, [-300, 8 * HOUR - 1]],
    ['eight hours are eight hours in all', 8 * HOUR, [-300, 8 * HOUR - 300]],
    ['a day is a day in all', DAY, [-300, DAY - 300]],
  ])('%s', (_name, seconds, expected) => {
    expect(offsets(seconds)).toEqual(expected);
  });

  it('never ends after the CA', () => {
    expect(offsets(DAY, HOUR)).toEqual([-300, HOUR]);
  });

  it('ends with the CA even if that is in one second', () => {
    expect(offsets(DAY, 1)).toEqual([-300, 1]);
  });

  it.each([
    ['ends now', 0],
    ['ended a minute ago, after notBefore', -60],
    ['ended an hour ago, before notBefore', -HOUR],
  ])('is refused as the fault of the CA when the CA %s', (_name, caNotAfterSeconds) => {
    expect(offsets(DAY, caNotAfterSeconds)).toBe('CaExpired');
  });

  it('cuts fractions of seconds off', () => {
    expect(offsets(600, YEAR, NOW_MS + 999)).toEqual([-300, 600]);
  });
});

interface DurationCase {
  readonly id: string;
  readonly kind: string;
  readonly input: {
    readonly ttlSeconds?: number;
    readonly clusterSigningDurationSeconds?: number;
    readonly expirationSeconds?: number | null;
  };
  readonly expect: {
    readonly effectiveSeconds?: number;
    readonly validitySeconds?: number;
  };
}

const fixture = new URL('../../fixtures/upstream-cases.json', import.meta.url);
const cases = JSON.parse(readFileSync(fixture, 'utf8')) as readonly DurationCase[];

describe('the lifetimes of kube-controller-manager', () => {
  const effective = cases.filter(({ kind }) => kind === 'duration');
  // Cases without a validity are about what the API server refuses at create, and about its metrics.
  const validities = cases.filter(
    (each) => each.kind === 'duration-integration' && each.expect.validitySeconds !== undefined,
  );

  it('are among the cases', () => {
    expect([effective.length, validities.length]).toEqual([3, 6]);
  });

  it.each(effective.map((each) => [each.id, each] as const))(
    '%s',
    (_id, { input, expect: want }) => {
      const ttl = input.ttlSeconds ?? 0;
      expect(effectiveSeconds(input.expirationSeconds ?? undefined, bounds(ttl, ttl))).toBe(
        want.effectiveSeconds,
      );
    },
  );

  it.each(validities.map((each) => [each.id, each] as const))(
    '%s',
    (_id, { input, expect: want }) => {
      const ttl = input.clusterSigningDurationSeconds ?? 0;
      const seconds = effectiveSeconds(input.expirationSeconds ?? undefined, bounds(ttl, ttl));
      const [from, to] = offsets(seconds);
      expect(Number(to) - Number(from)).toBe(want.validitySeconds);
    },
  );
});
