// Where the project lives is written in Chart.yaml, as `home`. The image that the chart names and every link of the chart are
// held equal to it here: a released chart points at what was released with it.
// `node scripts/release-address.mjs` says where they differ; --repository OWNER/NAME is for a release from there.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CHART = 'charts/kube-csr-approver';
const WORKFLOW = '.github/workflows/release.yml';
const HOST = 'https://github.com/';

/** Files of the chart whose links lead to the project: that they have none would be a link that is written otherwise. */
const LINKING = ['Chart.yaml', 'README.md', 'files/alerts.yaml'];

/**
 * Every disagreement as a line that says what to do; none when all is well. With `repository` (`owner/name`), what has
 * to be so when it is released from there, too.
 */
export function addressTroubles(root, { repository } = {}) {
  const read = (path) => readFileSync(join(root, path), 'utf8');
  const home = only(read(`${CHART}/Chart.yaml`), /^home: (\S+)$/gm);
  if (home === undefined || !home.startsWith(HOST)) {
    return [`${CHART}/Chart.yaml has no "home: ${HOST}<owner>/<name>"`];
  }
  const registry = only(read(WORKFLOW), /name="([^/"]+)\/\$\{GITHUB_REPOSITORY,,\}"/g);
  if (registry === undefined) return [`${WORKFLOW} does not say where it pushes the image`];
  const pushed = `${registry}/${home.slice(HOST.length).toLowerCase()}`;
  const image = imageOf(read(`${CHART}/values.yaml`));
  return [
    ...(repository === undefined || home === `${HOST}${repository}`
      ? []
      : [`${CHART}/Chart.yaml has home ${home}, and this is ${HOST}${repository}`]),
    ...(image === pushed
      ? []
      : [`${CHART}/values.yaml has image ${image}, and a release pushes ${pushed}`]),
    ...filesOf(root).flatMap((path) => linkTroubles(path, read(`${CHART}/${path}`), home)),
  ];
}

function linkTroubles(path, text, home) {
  const links = [...text.matchAll(/https:\/\/github\.com\/[\w.-]+\/[\w.-]+/g)].map(
    ([link]) => link,
  );
  if (links.length === 0 && LINKING.includes(path)) {
    return [`${CHART}/${path} does not link to ${home}`];
  }
  return [...new Set(links.filter((link) => link !== home))].map(
    (link) => `${CHART}/${path} links to ${link}, not ${home}`,
  );
}

/** Where pods get their image from by default, without its version. */
function imageOf(values) {
  const [, registry, repository] =
    /^image:\n {2}registry: (\S+)\n {2}repository: (\S+)$/m.exec(values) ?? [];
  return `${registry}/${repository}`;
}

const only = (text, pattern) => {
  const found = [...text.matchAll(pattern)];
  return found.length === 1 ? found[0][1] : undefined;
};

const filesOf = (root) =>
  readdirSync(join(root, CHART), { recursive: true }).filter((name) =>
    /\.(?:ya?ml|md|txt|tpl|json)$/.test(name),
  );

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { repository: { type: 'string' } } });
  const troubles = addressTroubles(join(import.meta.dirname, '..'), values);
  process.stderr.write(troubles.map((trouble) => `✗ ${trouble}\n`).join(''));
  process.exitCode = troubles.length === 0 ? 0 : 1;
}
