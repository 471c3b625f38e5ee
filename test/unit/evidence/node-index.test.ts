import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NodeFacts } from '../../../src/decide/evidence.js';
import { NodeIndex } from '../../../src/evidence/node-index.js';
import { claimsAmong } from '../../../src/evidence/nodes.js';
import { WORKER } from '../../support/decide.js';

const node = (name: string, changes: Partial<NodeFacts> = {}): NodeFacts => ({
  name,
  dnsNames: [name],
  addresses: ['10.1.0.7'],
  isControlPlane: false,
  isReady: true,
  ...changes,
});

const indexOf = (...nodes: NodeFacts[]): NodeIndex => {
  const index = new NodeIndex();
  for (const each of nodes) index.set(each.name, each);
  return index;
};

const claiming = (index: NodeIndex, address: string): string[] =>
  index
    .claims({ names: [], addresses: [address] })
    .flatMap(({ nodes }) => nodes.map((n) => n.name));

describe('the index of Nodes', () => {
  it('knows every Node that lists an address, by name, and which are of the control plane', () => {
    const index = indexOf(
      node('b'),
      node('a', { isControlPlane: true }),
      node('c', { addresses: [] }),
    );

    expect(index.claims({ names: ['b'], addresses: ['10.1.0.7', '10.1.0.8'] })).toEqual([
      { value: 'b', nodes: [{ name: 'b', isControlPlane: false }] },
      {
        value: '10.1.0.7',
        nodes: [
          { name: 'a', isControlPlane: true },
          { name: 'b', isControlPlane: false },
        ],
      },
    ]);
  });

  it('keeps names and addresses apart', () => {
    const index = indexOf(node('a'));

    expect(index.claims({ names: ['10.1.0.7'], addresses: ['a'] })).toEqual([]);
  });

  it.each<[string, (index: NodeIndex) => void, string[]]>([
    ['that comes', (index) => index.set('c', node('c')), ['a', 'b', 'c']],
    ['that gets an address', (index) => index.set('d', node('d')), ['a', 'b', 'd']],
    ['that loses its address', (index) => index.set('b', node('b', { addresses: [] })), ['a']],
    ['that is deleted', (index) => index.set('a', undefined), ['b']],
    [
      'that is deleted and comes back',
      (index) => {
        index.set('a', undefined);
        index.set('a', node('a'));
      },
      ['a', 'b'],
    ],
  ])('follows a Node %s', (_, change, claimants) => {
    const index = indexOf(node('a'), node('b'), node('d', { addresses: [] }));

    change(index);

    expect(claiming(index, '10.1.0.7')).toEqual(claimants);
  });

  const changes: Record<string, [NodeFacts | undefined, boolean]> = {
    'nothing: a heartbeat': [{ ...WORKER }, false],
    'its addresses': [{ ...WORKER, addresses: ['10.1.0.7'] }, true],
    'one of its addresses': [{ ...WORKER, addresses: ['10.1.0.7', 'fd00::8'] }, true],
    'its names': [{ ...WORKER, dnsNames: ['worker-1'] }, true],
    'its role': [{ ...WORKER, isControlPlane: true }, true],
    'whether it is Ready': [{ ...WORKER, isReady: false }, true],
    'that it is there': [undefined, true],
  };

  it.each(Object.entries(changes))('tells whether a Node changed: %s', (_, [after, isChanged]) => {
    const index = indexOf(WORKER);

    expect(index.set(WORKER.name, after)).toBe(isChanged);
  });

  it('tells that a Node that was never there is not gone', () => {
    expect(indexOf().set('a', undefined)).toBe(false);
  });

  it('says the same as a look at every Node, whatever happened', () => {
    const values = fc.subarray(['v1', 'v2', 'v3']);
    const facts = fc.record({
      dnsNames: values,
      addresses: values,
      isControlPlane: fc.boolean(),
      isReady: fc.constant(true),
    });
    const updates = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.option(facts)));
    const need = {
      kind: 'claims',
      names: ['v1', 'v2', 'v3'],
      addresses: ['v1', 'v2', 'v3'],
    } as const;

    fc.assert(
      fc.property(updates, (all) => {
        const index = new NodeIndex();
        const nodes = new Map<string, NodeFacts>();
        for (const [name, after] of all) {
          index.set(name, after === null ? undefined : { name, ...after });
          if (after === null) nodes.delete(name);
          else nodes.set(name, { name, ...after });
        }

        const looked = claimsAmong([...nodes.values()], need).filter(
          (each) => each.nodes.length > 0,
        );
        expect(index.claims(need)).toEqual(looked);
        expect(index.size).toBe(nodes.size);
      }),
    );
  });
});
