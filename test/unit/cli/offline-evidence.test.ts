import { describe, expect, it } from '@jest/globals';
import { readDns } from '../../../src/cli/offline-evidence.js';

describe('--dns', () => {
  it.each<[string, string[], [string, string[]][]]>([
    ['an address', ['worker-1.example=10.1.0.7'], [['worker-1.example', ['10.1.0.7']]]],
    [
      'several addresses, canonical and sorted',
      ['Worker-1.example.=FD00::7,::ffff:10.1.0.7'],
      [['worker-1.example', ['10.1.0.7', 'fd00::7']]],
    ],
    ['no address: the name has none', ['worker-1.example='], [['worker-1.example', []]]],
    [
      'one name told twice',
      ['worker-1.example=10.1.0.7', 'worker-1.example=10.1.0.8,10.1.0.7'],
      [['worker-1.example', ['10.1.0.7', '10.1.0.8']]],
    ],
    ['nothing', [], []],
  ])('takes %s', (_, texts, names) => {
    expect(readDns(texts)).toEqual({ ok: true, value: new Map(names) });
  });

  it.each([
    ['no name', '=10.1.0.7'],
    ['a name that is no host name', 'worker_1=10.1.0.7'],
    ['an address as a name', '10.1.0.7=10.1.0.8'],
    ['no addresses and no sign that there are none', 'worker-1.example'],
    ['what is no address', 'worker-1.example=10.1.0'],
    ['a name as an address', 'worker-1.example=10.1.0.7,worker-2.example'],
    ['two signs', 'worker-1.example=10.1.0.7=10.1.0.8'],
  ])('refuses %s', (_, text) => {
    expect(readDns([text])).toEqual({
      ok: false,
      error: `UsageError: --dns ${text}: it takes NAME=ADDRESS[,ADDRESS]`,
    });
  });
});
