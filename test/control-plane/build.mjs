// SPDX-License-Identifier: Apache-2.0
// Provides the programs of a real Kubernetes control plane, and a kubelet: from KUBEBUILDER_ASSETS, from the cache, or
// built from the pinned Go modules beside this file.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureGoPrograms, missingFrom, printIfRunAsProgram } from '../support/go-programs.mjs';

const here = import.meta.dirname;

/** What a test cannot do without; envtest's folder holds exactly these. */
const REQUIRED = ['etcd', 'kube-apiserver', 'kubectl'];

/** Program name to Go package, in the order in which they are built. */
const PROGRAMS = {
  etcd: 'go.etcd.io/etcd/server/v3',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
};

/** What a node needs; apart from the rest, which is built without them where nobody asks for a node. */
const PROGRAMS_OF_A_NODE = {
  kubelet: 'k8s.io/kubernetes/cmd/kubelet',
  'fake-container-runtime': './fake-container-runtime',
};

/** Ours, and small: what programs in Go think of certificates. */
const VERIFIER = { 'verify-certificates': './verify-certificates' };

const HOW_TO_HAVE_IT =
  'install Go 1.26 or later (https://go.dev/dl), or set KUBEBUILDER_ASSETS to a folder that holds ' +
  'etcd, kube-apiserver and kubectl (for example from `setup-envtest use -p path 1.36.x`)';

/**
 * Makes sure that the programs exist, building them if they are in neither place.
 * Resolves to `{ ok: true, binDir }`, or to `{ ok: false, why, exitCode }`, where exit code 3 means that
 * this machine lacks Go and 1 that a folder or a build is broken. `report` receives progress lines.
 */
export async function ensureControlPlane({ env = process.env, report } = {}) {
  const assets = env.KUBEBUILDER_ASSETS;
  if (assets !== undefined && assets !== '') return fromAssets(assets, REQUIRED, 1);
  const recipe = {
    title: 'the control plane',
    cacheName: 'control-plane',
    folder: here,
    programs: PROGRAMS,
    ldflags: readLdflags(),
    howToHaveIt: HOW_TO_HAVE_IT,
  };
  return ensureGoPrograms(recipe, { env, report });
}

/**
 * The same for a kubelet of the control plane's version and a container runtime that runs nothing. They are in no folder
 * of envtest: with KUBEBUILDER_ASSETS there are none, unless somebody put them there.
 */
export async function ensureKubelet({ env = process.env, report } = {}) {
  const assets = env.KUBEBUILDER_ASSETS;
  const names = Object.keys(PROGRAMS_OF_A_NODE);
  if (assets !== undefined && assets !== '') return fromAssets(assets, names, 3);
  const recipe = {
    title: 'the kubelet',
    cacheName: 'kubelet',
    folder: here,
    programs: PROGRAMS_OF_A_NODE,
    sources: ['fake-container-runtime/main.go'],
    ldflags: readLdflags(),
    howToHaveIt: 'install Go 1.26 or later (https://go.dev/dl)',
  };
  return ensureGoPrograms(recipe, { env, report });
}

/** The same for the program that verifies certificates, which is always built here. */
export async function ensureVerifier({ env = process.env, report } = {}) {
  const recipe = {
    title: 'the verifier of certificates',
    cacheName: 'verifier',
    folder: here,
    programs: VERIFIER,
    sources: ['verify-certificates/main.go'],
    ldflags: '-s -w',
    howToHaveIt: 'install Go 1.26 or later (https://go.dev/dl)',
  };
  return ensureGoPrograms(recipe, { env, report });
}

function fromAssets(assets, names, exitCode) {
  const missing = missingFrom(assets, names);
  if (missing.length === 0) return { ok: true, binDir: assets };
  const why = `KUBEBUILDER_ASSETS=${assets} lacks ${missing.join(', ')} (executable files)`;
  return { ok: false, exitCode, why };
}

function readLdflags() {
  const goMod = readFileSync(join(here, 'go.mod'), 'utf8');
  const version = /k8s\.io\/kubernetes v(\d+)\.(\d+)\.(\d+)/.exec(goMod);
  if (version === null) throw new Error('go.mod names no version of k8s.io/kubernetes');
  const [, major, minor, patch] = version;

  // Without these the server calls itself v0.0.0 and clients misbehave.
  const fields = {
    gitVersion: `v${major}.${minor}.${patch}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
  };
  const stamps = Object.entries(fields).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  return ['-s', '-w', ...stamps].join(' ');
}

await printIfRunAsProgram(import.meta.url, ensureControlPlane);
