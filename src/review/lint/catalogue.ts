// SPDX-License-Identifier: Apache-2.0
// The warnings of lint: what each code means and what to do. docs/lint.md is written from it.

/** One kind of warning. */
export interface LintKind {
  /** A note tells what an operator may want to know; only warnings count with --strict. */
  readonly level: 'warning' | 'note';
  /** What was found, and why it matters. */
  readonly meaning: string;
  /** What to do. */
  readonly fix: string;
}

const warning = (meaning: string, fix: string) => ({ level: 'warning', meaning, fix }) as const;
const note = (meaning: string, fix: string) => ({ level: 'note', meaning, fix }) as const;

/** Every code. It never changes its meaning; a retired one is never used again. */
export const lintKinds = {
  RuleNeverMatches: warning(
    'No request can come from whom the rule speaks of, so the rule does nothing: its fields contradict each other, none of its words can be a name of that kind, or its time is over.',
    'Correct the field, or remove the rule.',
  ),
  RuleNeverApproves: warning(
    'Whatever the request, some check of the rule or some guard refuses it, so the rule only denies or leaves alone.',
    'Correct the field that the message names, or remove the rule.',
  ),
  RuleShadowed: warning(
    'Another enforced rule speaks of at least the same requesters and approves at least the same. This rule approves nothing by itself, and a review that it asks for never takes place. Lint says so only when it is sure.',
    'Remove one of the two rules, or narrow the broader one.',
  ),
  UselessValue: warning(
    'A value of a list lets nothing pass: no name of that kind can be like this, or a guard refuses every such name. The other values of the list still work.',
    'Correct the value, or remove it.',
  ),
  MatchesEverything: warning(
    'The value matches every usual name of its kind, or every address. Where that is meant, there are clearer words for it; mostly it is not meant.',
    'Write what is meant: the names, a pattern with their fixed part, or the networks.',
  ),
  AmbiguousTemplate: warning(
    'Two different requesters can get the same name: between two inserted values stands nothing that they cannot hold themselves, the part that tells requesters apart is left out, or two templates of one list meet. Whoever can choose his own name then becomes another.',
    'Separate the values by a character that they cannot hold, such as a colon or a slash, and insert the namespace together with the name.',
  ),
  SelfRenewing: warning(
    'Whoever authenticates with a certificate gets the next one by this rule. Taking somebody out of a group then ends nothing: the old certificate goes on renewing itself.',
    'Remove `requester.certificate: allow`, so that a requester has to log in again.',
  ),
  RenewsOnOldServers: note(
    'Certificates that this rule approves authenticate somebody of whom the rule speaks again. Kubernetes tells from 1.32 on that a requester came with a certificate, and then the rule refuses. Older servers do not tell, so there the certificate renews itself for ever.',
    'Nothing with Kubernetes 1.32 and later; before, match on a group that no certificate of the rule holds.',
  ),
  SelfReportedOnly: warning(
    'The only proof that a node owns a name or address is what its kubelet itself wrote, and no bound holds it. Whoever takes over one node gets a serving certificate for any host.',
    'Set bounds with `sans.dns` and `sans.ip`.',
  ),
  SharedEverywhere: warning(
    '`sans.shared` covers all addresses that the rule allows, so that no address is ever looked up among other nodes: one node can take the address of another.',
    'List only the ranges that several sites really use at the same time.',
  ),
  KubeletsDenied: warning(
    'The rule denies kubelets. A denial is final for the request, and the kubelet asks for its serving certificate again at once, about 110 times an hour.',
    'Leave out `onViolation`, so that such requests are left alone.',
  ),
  ClusterPower: warning(
    'The rule or signer spells a name to which Kubernetes or its installers give power over the cluster. Its certificate cannot be revoked.',
    'Give people names and groups of their own and bind roles to these; use `mode: review` for emergencies.',
  ),
  RequesterNamesItself: warning(
    'Many may ask, and a pattern lets each of them choose the name in the certificate, so that one can pose as another.',
    'Bind the name to the requester, for example with `{requester.username}`, or let only named requesters ask.',
  ),
  NamelessClient: warning(
    'The rule does not mention `subject.commonName`, so that it approves only certificates without a common name. To the API server these are nobody.',
    "Write `subject: { commonName: '{requester.username}' }`, or the name that is meant.",
  ),
  LifetimeUnbounded: warning(
    'Client certificates cannot be revoked, and neither the rule nor the signer says how long they may live.',
    'Write `lifetime: { max: … }` in the rule; 8h is a working day.',
  ),
  DefaultTooLong: note(
    'Our signer gives requests that do not say how long they want to live more than the rule takes, so that the rule refuses each request without `spec.expirationSeconds`.',
    'Write `lifetime.default` of the signer, no longer than `lifetime.max` of its rules.',
  ),
  BeyondSigner: warning(
    'The rule approves what the signer of this policy does not give. Such a request is approved and then marked as failed.',
    'Narrow the rule, or widen `allow` of the signer.',
  ),
  AttributeLeftOut: note(
    'The rule judges an attribute of the subject that the signer of this policy does not give, so that it does not stand in the certificate.',
    'Name the attribute under `allow.subject` of the signer, or leave it out of the rule.',
  ),
  SignerWiderThanRules: note(
    'The signer gives what no rule of this policy approves. It is given nevertheless to whoever gets an approval from somebody else.',
    'Remove the field from `allow`, unless people or other programs approve such requests.',
  ),
  TrustShared: warning(
    'The signer publishes what verifies its certificates, and another signer has the same CA: a certificate that is given for one purpose is believed for the other.',
    'Give each of them a CA of its own, below roots of their own.',
  ),
  SignerWithoutRule: note(
    'This policy signs for a signer name, and no enforced rule or review of it approves such requests. Only people and other programs do.',
    'Nothing if that is meant; else write a rule.',
  ),
  RuleWithoutSigner: note(
    'The rule approves requests for a signer name that this policy does not sign and that Kubernetes does not sign either.',
    'Nothing if another program signs for the name; else correct it, or add an entry under `signers`.',
  ),
  OverlapsControllerManager: note(
    'The same requests of kubelets are approved by kube-controller-manager, unless its controller csrapproving is switched off or the right to the subresources nodeclient and selfnodeclient is not granted. That is harmless, but what the rule demands beyond it holds only when kube-controller-manager does not approve first.',
    'Nothing; to decide alone, add `-csrapproving` to `--controllers` of kube-controller-manager and keep what stands there (docs/platforms.md).',
  ),
  TooMuchToCompare: note(
    'The policy has so many patterns and rules that not all of them could be compared in reasonable time. Other warnings may be missing.',
    'Split the policy, or replace patterns by plain words.',
  ),
} as const satisfies Record<string, LintKind>;

/** A stable CamelCase token that names a kind of warning; none of them is a reason code. */
export type LintCode = keyof typeof lintKinds;

/** Whether there is such a code. */
export const isLintCode = (text: string): text is LintCode => Object.hasOwn(lintKinds, text);
