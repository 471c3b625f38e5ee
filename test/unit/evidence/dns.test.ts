import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Lookup,
  type LookupAnswer,
  rememberedForwardSets,
} from '../../../src/evidence/dns.js';
import { lookupAt, parseDnsServers } from '../../../src/evidence/dns-servers.js';
import {
  startDnsServer,
  type TestAnswer,
  type TestDnsServer,
  type TestRecord,
  type Zone,
  zoneOf,
} from '../../support/dns-server.js';
import { ManualClock } from '../../support/manual-clock.js';

const NAME = 'worker-1.corp.example';

let server: TestDnsServer;

beforeAll(async () => {
  server = await startDnsServer(() => 'NXDOMAIN');
});

afterAll(() => server.stop());

afterEach(() => {
  server.answerWith(() => 'NXDOMAIN');
});

const a = (data: string, ttl = 60): TestRecord => ({ type: 'A', data, ttl });
const aaaa = (data: string, ttl = 60): TestRecord => ({ type: 'AAAA', data, ttl });
const cname = (data: string, name?: string): TestRecord => ({
  type: 'CNAME',
  data,
  ...(name === undefined ? {} : { name }),
});

/** The same answer to every question about a name, as of a server that follows no CNAME. */
const everyType = (answer: TestAnswer): Record<string, TestAnswer> => ({
  A: answer,
  AAAA: answer,
  CNAME: answer,
});

/** Everything real but the clock; short patience, since a test waits for it. */
function asking(zone: Zone) {
  server.answerWith(zone);
  const clock = new ManualClock();
  const lookup = lookupAt({ servers: [server.address], timeoutMs: 300, tries: 1 });
  const forwardSet = rememberedForwardSets(lookup, clock);
  const before = server.questions.length;
  const asked = () => server.questions.slice(before);
  return { clock, forwardSet, asked };
}

const known = (...value: string[]) => ({ state: 'known', value });

describe('the addresses of a name', () => {
  const chain = [cname('one.example'), cname('two.example', 'one.example')];
  const cases: Record<string, [Zone, string[]]> = {
    'are those of both families': [
      zoneOf({ [NAME]: { A: [a('10.1.0.7')], AAAA: [aaaa('fd00::7')] } }),
      ['10.1.0.7', 'fd00::7'],
    ],
    'are all of them, sorted': [
      zoneOf({ [NAME]: { A: [a('10.1.0.9'), a('10.1.0.7'), a('10.1.0.8')] } }),
      ['10.1.0.7', '10.1.0.8', '10.1.0.9'],
    ],
    'may be of IPv6 only': [zoneOf({ [NAME]: { AAAA: [aaaa('FD00:0::7')] } }), ['fd00::7']],
    'are told once when both families tell the same': [
      zoneOf({ [NAME]: { A: [a('10.1.0.7')], AAAA: [aaaa('::ffff:10.1.0.7')] } }),
      ['10.1.0.7'],
    ],
    'are those at the end of CNAMEs that the server followed': [
      zoneOf({
        [NAME]: {
          A: [...chain, { ...a('10.1.0.7'), name: 'two.example' }],
          AAAA: [...chain, { ...aaaa('fd00::7'), name: 'two.example' }],
        },
      }),
      ['10.1.0.7', 'fd00::7'],
    ],
    'are those at the end of CNAMEs that the server did not follow': [
      zoneOf({
        [NAME]: everyType([cname('one.example')]),
        'one.example': everyType([cname('TWO.example')]),
        'two.example': { A: [a('10.1.0.7')], AAAA: [aaaa('fd00::7')] },
      }),
      ['10.1.0.7', 'fd00::7'],
    ],
    'have those of the family that a CNAME hides': [
      zoneOf({
        [NAME]: { A: [a('10.1.0.7')], AAAA: [cname('one.example')], CNAME: [cname('one.example')] },
        'one.example': { AAAA: [aaaa('fd00::66')] },
      }),
      ['10.1.0.7', 'fd00::66'],
    ],
    'are none when the name does not exist': [() => 'NXDOMAIN', []],
    'are none when it has other records only': [() => [], []],
    'are none when its CNAME points nowhere': [
      zoneOf({ [NAME]: everyType([cname('nowhere.example')]) }),
      [],
    ],
    'come over TCP when they are too many for UDP': [
      zoneOf({
        [NAME]: { A: Array.from({ length: 40 }, (_, index) => a(`10.1.0.${index + 10}`)) },
      }),
      Array.from({ length: 40 }, (_, index) => `10.1.0.${index + 10}`),
    ],
  };

  it.each(Object.entries(cases))('%s', async (_, [zone, addresses]) => {
    const { forwardSet } = asking(zone);

    expect(await forwardSet(NAME)).toEqual(known(...addresses));
  });

  it('over TCP were asked for there', async () => {
    const many = Array.from({ length: 64 }, (_, index) => a(`10.1.0.${index + 10}`));
    const { forwardSet, asked } = asking(zoneOf({ [NAME]: { A: many } }));

    const answer = await forwardSet(NAME);

    expect(answer).toMatchObject({ state: 'known' });
    expect(asked()).toContainEqual({ type: 'A', name: NAME, over: 'tcp' });
  });

  it('are those of the absolute name, asked for as it is, also with one label', async () => {
    const { forwardSet, asked } = asking(zoneOf({ 'worker-1': { A: [a('10.1.0.7')] } }));

    expect(await forwardSet('worker-1')).toEqual(known('10.1.0.7'));
    expect(new Set(asked().map(({ name }) => name))).toEqual(new Set(['worker-1']));
  });

  it.each([
    ['in capitals', 'Worker-1.corp.example'],
    ['with a dot at the end', `${NAME}.`],
    ['with an empty label', 'worker-1..corp.example'],
    ['that is an address', '10.1.0.7'],
    ['that is a wildcard', '*.corp.example'],
    ['of nothing', ''],
  ])('are never asked for under a name %s', async (_, name) => {
    const { forwardSet, asked } = asking(() => [a('10.1.0.7')]);

    expect(await forwardSet(name)).toEqual(known());
    expect(asked()).toEqual([]);
  });

  it('of localhost come from DNS, not from the hosts file', async () => {
    const { forwardSet } = asking(zoneOf({ localhost: { A: [a('10.1.0.7')] } }));

    expect(await forwardSet('localhost')).toEqual(known('10.1.0.7'));
  });
});

describe('nothing is known of the addresses', () => {
  const good: Record<string, TestAnswer> = { A: [a('10.1.0.7')], AAAA: [] };
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => a(`10.1.${index >> 8}.${index & 255}`));
  const troubles: Record<string, [Zone, RegExp]> = {
    'when the server fails': [() => 'SERVFAIL', /ESERVFAIL/],
    'when the server refuses': [() => 'REFUSED', /EREFUSED/],
    'when the server does not understand': [() => 'FORMERR', /EFORMERR/],
    'when the server cannot': [() => 'NOTIMP', /ENOTIMP/],
    'when the server is silent': [() => 'silence', /ETIMEOUT/],
    'when the server answers with nonsense': [() => 'nonsense', /E[A-Z]+/],
    'when one family fails': [
      zoneOf({ [NAME]: { ...good, AAAA: 'SERVFAIL' } }),
      /AAAA .*ESERVFAIL/,
    ],
    'when the other family fails': [
      zoneOf({ [NAME]: { A: 'SERVFAIL', AAAA: [aaaa('fd00::7')] } }),
      /A of .*ESERVFAIL/,
    ],
    'when it is not known whether a CNAME hides a family': [
      zoneOf({ [NAME]: { ...good, CNAME: 'SERVFAIL' } }),
      /CNAME of .*ESERVFAIL/,
    ],
    'when the end of a CNAME fails': [
      zoneOf({ [NAME]: everyType([cname('one.example')]), 'one.example': everyType('SERVFAIL') }),
      /one\.example: ESERVFAIL/,
    ],
    'when CNAMEs are a loop': [
      zoneOf({
        [NAME]: everyType([cname('one.example')]),
        'one.example': everyType([cname(NAME)]),
      }),
      /more than 8 CNAMEs/,
    ],
    'when a CNAME points to no host name': [
      zoneOf({ [NAME]: everyType([cname('no_host.example')]) }),
      /no host name/,
    ],
    'when there are too many': [zoneOf({ [NAME]: { A: many(65) } }), /more than 64 addresses/],
    'when there are more than Node tells the TTL of': [
      zoneOf({ [NAME]: { A: many(300) } }),
      /more than 64 addresses/,
    ],
  };

  it.each(Object.entries(troubles))('%s', async (_, [zone, why]) => {
    const { forwardSet } = asking(zone);

    expect(await forwardSet(NAME)).toEqual({
      state: 'unavailable',
      why: expect.stringMatching(why),
    });
  });

  it('when nobody listens', async () => {
    const gone = await startDnsServer(() => []);
    await gone.stop();
    const lookup = lookupAt({ servers: [gone.address], timeoutMs: 300, tries: 1 });

    expect(await rememberedForwardSets(lookup, new ManualClock())(NAME)).toMatchObject({
      state: 'unavailable',
    });
  });

  it('when it takes longer than a look may', async () => {
    const clock = new ManualClock();
    const forwardSet = rememberedForwardSets(() => new Promise(() => {}), clock);

    const answer = forwardSet(NAME);
    clock.advance(5_000);

    expect(await answer).toEqual({ state: 'unavailable', why: 'no answer within 5000 ms' });
  });

  it('but the next question is asked again: trouble is not kept', async () => {
    const { forwardSet } = asking(() => 'SERVFAIL');
    await forwardSet(NAME);
    server.answerWith(zoneOf({ [NAME]: { A: [a('10.1.0.7')] } }));

    expect(await forwardSet(NAME)).toEqual(known('10.1.0.7'));
  });

  it('but a packet that is lost is sent again', async () => {
    let isLost = true;
    server.answerWith(({ type }) => {
      if (type !== 'A') return [];
      if (!isLost) return [a('10.1.0.7')];
      isLost = false;
      return 'silence';
    });
    const lookup = lookupAt({ servers: [server.address], timeoutMs: 100, tries: 2 });

    expect(await rememberedForwardSets(lookup, new ManualClock())(NAME)).toEqual(known('10.1.0.7'));
  });
});

describe('an answer is remembered', () => {
  /** Answers with these TTLs and counts the questions for A records. */
  function counting(...answers: LookupAnswer[]) {
    let count = 0;
    const clock = new ManualClock();
    const lookup: Lookup = (_, family) => {
      if (family === 6) return Promise.resolve(answers[1] ?? { kind: 'none' });
      count += 1;
      return Promise.resolve(answers[0] ?? { kind: 'none' });
    };
    return { clock, forwardSet: rememberedForwardSets(lookup, clock), count: () => count };
  }
  const records = (ttlSeconds: number, address = '10.1.0.7'): LookupAnswer => ({
    kind: 'records',
    records: [{ address, ttlSeconds }],
  });

  it.each([
    ['for its TTL', 2, 1_999, 2_000],
    [
      'for 5 s when its TTL is longer, so that a name that is turned elsewhere is seen',
      60,
      4_999,
      5_000,
    ],
  ])('%s', async (_, ttlSeconds, withinMs, afterMs) => {
    const { clock, forwardSet, count } = counting(records(ttlSeconds));

    await forwardSet(NAME);
    clock.advance(withinMs);
    await forwardSet(NAME);
    const within = count();
    clock.advance(afterMs - withinMs);
    await forwardSet(NAME);

    expect([within, count()]).toEqual([1, 2]);
  });

  it('for the smallest TTL of both families', async () => {
    const { clock, forwardSet, count } = counting(records(60), records(1, 'fd00::7'));

    await forwardSet(NAME);
    clock.advance(1_000);
    await forwardSet(NAME);

    expect(count()).toBe(2);
  });

  it.each<[string, LookupAnswer]>([
    ['with a TTL of 0', records(0)],
    ['without addresses', { kind: 'none' }],
    ['of trouble', { kind: 'trouble', why: 'SERVFAIL' }],
  ])('but not one %s', async (_, answer) => {
    const { forwardSet, count } = counting(answer);

    await forwardSet(NAME);
    await forwardSet(NAME);

    expect(count()).toBe(2);
  });

  it('but not one over a CNAME that we followed, whose TTL nobody told', async () => {
    let count = 0;
    const lookup: Lookup = (name, family) => {
      if (name === NAME) return Promise.resolve({ kind: 'alias', target: 'one.example' });
      if (family === 4) count += 1;
      return Promise.resolve(records(60));
    };
    const forwardSet = rememberedForwardSets(lookup, new ManualClock());

    await forwardSet(NAME);
    await forwardSet(NAME);

    expect(count).toBe(2);
  });

  it('counted from when it was asked for, however long it took', async () => {
    const clock = new ManualClock();
    let count = 0;
    const lookup: Lookup = (_, family) => {
      if (family === 6) return Promise.resolve({ kind: 'none' });
      count += 1;
      clock.advance(3_000);
      return Promise.resolve(records(60));
    };
    const forwardSet = rememberedForwardSets(lookup, clock);

    await forwardSet(NAME);
    clock.advance(2_000);
    await forwardSet(NAME);

    expect(count).toBe(2);
  });

  it('and questions under way are shared', async () => {
    const { forwardSet, count } = counting(records(0));

    const answers = await Promise.all([forwardSet(NAME), forwardSet(NAME), forwardSet(NAME)]);

    expect(answers).toEqual([known('10.1.0.7'), known('10.1.0.7'), known('10.1.0.7')]);
    expect(count()).toBe(1);
  });

  it('in a bounded number, the newest', async () => {
    const { forwardSet, count } = counting(records(60));

    for (let node = 0; node <= 2_000; node += 1) await forwardSet(`node-${node}.example`);
    const before = count();
    await forwardSet('node-2000.example');
    await forwardSet('node-0.example');

    expect(count() - before).toBe(1);
  });
});

it('a name that is turned elsewhere between two looks is seen by the second', async () => {
  const { clock, forwardSet } = asking(zoneOf({ [NAME]: { A: [a('10.1.0.7', 3_600)] } }));

  const first = await forwardSet(NAME);
  server.answerWith(zoneOf({ [NAME]: { A: [a('10.1.0.66', 3_600)] } }));
  clock.advance(5_000);
  const second = await forwardSet(NAME);

  expect([first, second]).toEqual([known('10.1.0.7'), known('10.1.0.66')]);
});

it('a CNAME that may change sooner than its address is not believed for longer', async () => {
  const { clock, forwardSet, asked } = asking(
    zoneOf({
      [NAME]: {
        A: [
          { ...cname('one.example'), ttl: 1 },
          { ...a('10.1.0.7', 3_600), name: 'one.example' },
        ],
      },
    }),
  );
  const questions = () => asked().filter(({ type }) => type === 'A').length;

  await forwardSet(NAME);
  clock.advance(999);
  await forwardSet(NAME);
  const within = questions();
  clock.advance(1);
  await forwardSet(NAME);

  expect([within, questions()]).toEqual([1, 2]);
});

describe('DNS servers on the command line', () => {
  it.each([
    ['192.0.2.53', ['192.0.2.53']],
    ['192.0.2.53:5353', ['192.0.2.53:5353']],
    ['fd00::53', ['fd00::53']],
    ['[fd00::53]:5353', ['[fd00::53]:5353']],
    ['192.0.2.53, [fd00::53]:53', ['192.0.2.53', '[fd00::53]:53']],
  ])('are read from %s', (text, servers) => {
    expect(parseDnsServers(text)).toEqual(servers);
  });

  it.each([
    [''],
    ['dns.example'],
    ['192.0.2.53:0'],
    ['192.0.2.53:65536'],
    ['192.0.2.53:'],
    ['[192.0.2.53]:53'],
    ['fe80::53%eth0'],
    ['[fe80::53%eth0]:53'],
    ['192.0.2.53,'],
    [Array.from({ length: 9 }, () => '192.0.2.53').join()],
  ])('are none in %j', (text) => {
    expect(parseDnsServers(text)).toBeUndefined();
  });
});
