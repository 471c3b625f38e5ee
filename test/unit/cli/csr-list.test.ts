import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { readCsrList } from '../../../src/cli/csr-list.js';

const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-csr-list-'));

afterAll(() => rm(folder, { recursive: true }));

const item = (index: number) => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: {
    name: `csr-${index}`,
    annotations: { note: 'a text\n- with a dash\n\nand another line\n' },
  },
  spec: { request: 'LS0t', signerName: 'a.example/b', usages: ['client auth'], username: 'jane' },
  status: {},
});

const listOf = (count: number) => ({
  apiVersion: 'v1',
  items: Array.from({ length: count }, (_, index) => item(index)),
  kind: 'List',
  metadata: { resourceVersion: '' },
});

/** Sequences in the column of their key, as kubectl writes them. */
const asKubectl = (list: object): string => stringify(list, { indentSeq: false, lineWidth: 0 });

const read = async (text: string) => {
  const path = join(folder, 'list');
  await writeFile(path, text);
  return readCsrList(path);
};

const namesIn = async (text: string): Promise<readonly string[]> => {
  const list = await read(text);
  return list.ok ? list.value.map(({ name }) => name) : [list.error];
};

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `csr-${index}`);

describe('an exported list of requests', () => {
  const texts: Readonly<Record<string, { text: string; count: number }>> = {
    'as kubectl writes YAML': { text: asKubectl(listOf(3)), count: 3 },
    'with more items than are read at a time': { text: asKubectl(listOf(450)), count: 450 },
    'as kubectl writes JSON': { text: JSON.stringify(listOf(3), undefined, 4), count: 3 },
    'as the API answers': {
      text: JSON.stringify({ kind: 'CertificateSigningRequestList', items: listOf(2).items }),
      count: 2,
    },
    'as other tools write YAML': { text: stringify(listOf(3)), count: 3 },
    'as several documents': {
      text: listOf(2)
        .items.map((each) => stringify(each))
        .join('---\n'),
      count: 2,
    },
    'of a single object': { text: JSON.stringify(item(0)), count: 1 },
    'without items': { text: asKubectl(listOf(0)), count: 0 },
  };

  it.each(Object.entries(texts))('is read %s', async (_, { text, count }) => {
    expect(await namesIn(text)).toEqual(names(count));
  });

  it('keeps what stands in the items', async () => {
    const fromYaml = await read(asKubectl(listOf(2)));
    const fromJson = await read(JSON.stringify(listOf(2)));

    expect(fromYaml).toEqual(fromJson);
  });
});

describe('a file without a request', () => {
  const EXPECTED = 'expected CertificateSigningRequests as kubectl get csr -o yaml prints them';

  it.each([
    ['that is empty', '', 'the file is empty'],
    ['that holds only comments', '# nothing\n---\n', 'the file is empty'],
    ['that is the list of another kind', 'kind: NodeList\nitems: []\n', 'found an empty NodeList'],
    ['that is such a list in JSON', '{"kind":"PodList","items":[]}', 'found an empty PodList'],
  ])('%s is not taken for a list of no requests', async (_, text, found) => {
    const [message] = await namesIn(text);

    expect(message).toBe(`ObjectFileInvalid: ${join(folder, 'list')}: ${found}, ${EXPECTED}`);
  });

  it.each([
    ['as kubectl prints none', asKubectl(listOf(0))],
    ['as kubectl prints none in JSON', JSON.stringify(listOf(0))],
    ['as the API answers', '{"kind":"CertificateSigningRequestList","items":[]}'],
  ])('is a list of none %s', async (_, text) => {
    expect(await namesIn(text)).toEqual([]);
  });
});

describe('a list that cannot be read', () => {
  it('says in which line', async () => {
    const [message] = await namesIn(asKubectl(listOf(2)).replace('name: csr-1', 'name: [csr-1'));

    expect(message).toMatch(/list:\d\d:\d+: ObjectFileInvalid|list:\d\d:\d+: /);
  });

  it('says which item is no request', async () => {
    const pod = { ...listOf(1), items: [item(0), { kind: 'Pod', metadata: {} }] };

    const [message] = await namesIn(asKubectl(pod));

    expect(message).toMatch(/^ObjectUnreadable: .*list: item 2: kind: /);
  });

  it('says when it is larger than any list that is read', async () => {
    const [message] = await namesIn(' '.repeat(64 * 1024 * 1024 + 1));

    expect(message).toContain('split it');
  });
});
