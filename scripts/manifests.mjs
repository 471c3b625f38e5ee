// Everything that follows from charts/kube-csr-approver and is kept beside it: deploy/, what the schema of the values says
// of policies, and the table of the chart's README.
// `node scripts/manifests.mjs` writes them; with --print they go to standard output as JSON, texts by path, for the test
// that compares.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { isMap, parse, parseAllDocuments, stringify } from 'yaml';
import { ensureHelm } from '../test/helm/build.mjs';

const root = join(import.meta.dirname, '..');
const NAME = 'kube-csr-approver';
const CHART = `charts/${NAME}`;
const SCHEMA = `${CHART}/values.schema.json`;
const README = `${CHART}/README.md`;
const BASE = `deploy/base/${NAME}.yaml`;
const OVERLAYS = 'deploy/overlays';

const read = (path) => readFileSync(join(root, path), 'utf8');

/** As the formatter of the project wants it. */
const formatted = async (path, text) =>
  format(text, { ...(await resolveConfig(join(root, path))), filepath: join(root, path) });

/** What only Helm needs to know, and would be wrong without it. */
const OF_HELM =
  /^(# Source: .*| *helm\.sh\/(?:chart|resource-policy): .*| *app\.kubernetes\.io\/managed-by: .*)\n/gm;

const header = (from) =>
  `# Rendered from ${CHART}${from} by scripts/manifests.mjs; change that, not this.\n`;

/** A part of the policy's schema in which null is possible everywhere: helm removes what an overlay sets to null. */
function nullable(schema) {
  if (typeof schema !== 'object' || Array.isArray(schema)) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, nullableAt(key, value)]),
  );
  if (inner.const !== undefined) return { enum: [inner.const, null] };
  if (inner.enum !== undefined)
    return { ...inner, type: [inner.type, 'null'], enum: [...inner.enum, null] };
  if (typeof inner.type === 'string') return { ...inner, type: [inner.type, 'null'] };
  return inner;
}

function nullableAt(key, value) {
  if (key === 'properties') {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, nullable(each)]));
  }
  if (key === 'additionalProperties') return nullable(value);
  if (key === 'anyOf') return value.map(nullable);
  return value;
}

/** The schema of the values, with what `csr-approver schema` says of rules and signers. */
function valuesSchema() {
  const schema = JSON.parse(read(SCHEMA));
  const { rules, signers } = JSON.parse(read('docs/policy.schema.json')).properties;
  schema.definitions.rule = nullable(rules.additionalProperties);
  schema.definitions.signer = nullable(signers.additionalProperties);
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** Paths of values, with what is there by default and what the schema says of it; maps of free form are one value. */
function* valuesOf(values, schema, path = []) {
  for (const [key, property] of Object.entries(schema.properties)) {
    if (key === 'global') continue;
    const here = [...path, key];
    if (property.properties === undefined) {
      yield { path: here, value: values[key], description: property.description };
    } else yield* valuesOf(values[key], property, here);
  }
}

/** The README of the chart, with a row for each value. */
function readme() {
  const schema = JSON.parse(read(SCHEMA));
  const shown = (value) => JSON.stringify(value).replaceAll('|', '\\|');
  const rows = [...valuesOf(parse(read(`${CHART}/values.yaml`)), schema)].map(
    ({ path, value, description }) =>
      `| \`${path.join('.')}\` | \`${shown(value)}\` | ${description} |`,
  );
  const table = ['| value | default | meaning |', '|---|---|---|', ...rows].join('\n');
  return read(README).replace(
    /(<!-- values: [^>]*-->\n)[\s\S]*?(<!-- end of values -->)/,
    (_, begin, end) => `${begin}${table}\n${end}`,
  );
}

/** What every server takes that the chart is for; kubectl refuses fields that a server does not know. */
const OLDEST = '1.25.0';

/** What the chart renders with these files of values, without what is for Helm alone. */
function render(helm, files = []) {
  const place = ['--namespace', NAME, '--kube-version', OLDEST];
  const args = ['template', NAME, join(root, CHART), ...place];
  const given = files.flatMap((file) => ['-f', join(root, file)]);
  return execFileSync(helm, [...args, ...given], { encoding: 'utf8' }).replaceAll(OF_HELM, '');
}

const keyOf = ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

const objectsOf = (text) =>
  new Map(
    parseAllDocuments(text)
      .filter(({ contents }) => isMap(contents))
      .map((document) => [keyOf(document.toJS()), document.toJS()]),
  );

/** An overlay: what its values add to the base, what they change, and what they take away. */
function* overlay(helm, name, base) {
  const folder = `${OVERLAYS}/${name}`;
  const from = header(` with ${folder}/values.yaml`);
  const wanted = objectsOf(render(helm, [`${folder}/values.yaml`]));
  const added = [...wanted].filter(([key]) => !base.has(key)).map(([, object]) => object);
  const changed = [...wanted]
    .filter(([key, object]) => base.has(key) && stringify(object) !== stringify(base.get(key)))
    .map(([, object]) => object);
  const removed = [...base]
    .filter(([key]) => !wanted.has(key))
    .map(
      ([
        ,
        {
          apiVersion,
          kind,
          metadata: { name: its, namespace },
        },
      ]) => ({
        $patch: 'delete',
        apiVersion,
        kind,
        metadata: namespace === undefined ? { name: its } : { name: its, namespace },
      }),
    );
  const patches = [...changed, ...removed];
  const documents = (objects) =>
    `${from}${objects.map((object) => `---\n${stringify(object, { lineWidth: 0 })}`).join('')}`;
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['../../base', ...(added.length === 0 ? [] : ['added.yaml'])],
    ...(patches.length === 0 ? {} : { patches: [{ path: 'changed.yaml' }] }),
  };
  yield [`${folder}/kustomization.yaml`, `${from}${stringify(kustomization)}`];
  if (added.length > 0) yield [`${folder}/added.yaml`, documents(added)];
  if (patches.length > 0) yield [`${folder}/changed.yaml`, documents(patches)];
}

/** All texts by path. The chart is rendered with the schema that is there when it is written first. */
async function* texts(helm) {
  yield [SCHEMA, await formatted(SCHEMA, valuesSchema())];
  yield [README, readme()];
  const base = render(helm);
  yield [BASE, header('') + base];
  for (const name of readdirSync(join(root, OVERLAYS)).toSorted()) {
    for (const [path, text] of overlay(helm, name, objectsOf(base))) {
      yield [path, await formatted(path, text)];
    }
  }
}

const program = await ensureHelm();
if (!program.ok) {
  process.stderr.write(`${program.why}\n`);
  process.exit(program.exitCode);
}
const printed = {};
for await (const [path, text] of texts(program.helm)) {
  if (process.argv.includes('--print')) printed[path] = text;
  else writeFileSync(join(root, path), text);
}
if (process.argv.includes('--print')) process.stdout.write(JSON.stringify(printed));
