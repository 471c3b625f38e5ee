{{/* The policy, and the signer names that its rules and signers demand. */}}

{{/* Removes every key whose value is null from a map, however deep: so an overlay takes away what its base wrote. */}}
{{- define "kube-csr-approver.prune" -}}
{{- $map := . }}
{{- range $key, $value := . }}
{{- if kindIs "invalid" $value }}
{{- $_ := unset $map $key }}
{{- else if kindIs "map" $value }}
{{- include "kube-csr-approver.prune" $value }}
{{- end }}
{{- end }}
{{- end }}

{{/* The policy of the values as JSON; without rules and signers where it stands in a ConfigMap of somebody else. */}}
{{- define "kube-csr-approver.document" -}}
{{- $written := deepCopy .Values.policy }}
{{- include "kube-csr-approver.prune" $written }}
{{- $document := dict "apiVersion" "kube-csr-approver/v1alpha1" "kind" "Policy" }}
{{- if not $written.existingConfigMap }}
{{- range $field := list "mode" "rules" "signers" "apiServerNames" }}
{{- with get $written $field }}{{ $_ := set $document $field . }}{{ end }}
{{- end }}
{{- end }}
{{- $document | toJson }}
{{- end }}

{{/* The same as it stands in the ConfigMap. */}}
{{- define "kube-csr-approver.policy" -}}
{{- include "kube-csr-approver.document" . | fromJson | toYaml }}
{{- end }}

{{/* Signer names that may be approved, as a JSON array. Shadow rules only report; review rules may still deny. */}}
{{- define "kube-csr-approver.approves" -}}
{{- $policy := include "kube-csr-approver.document" . | fromJson }}
{{- $names := list }}
{{- if has "approver" .Values.controllers }}
{{- $names = .Values.rbac.approve }}
{{- $ofPreset := dict "kubelet-client" "kubernetes.io/kube-apiserver-client-kubelet" "kubelet-serving" "kubernetes.io/kubelet-serving" }}
{{- range $name, $rule := $policy.rules }}
{{- $signer := dig (get $rule "preset" | default "-") (dig "match" "signerName" "" $rule) $ofPreset }}
{{- $mode := $rule.mode | default $policy.mode | default "enforce" }}
{{- $violation := $rule.onViolation | default dict }}
{{- $byDefault := ternary "leave" "deny" (has $signer (values $ofPreset)) }}
{{- $denies := or (eq ($violation.default | default $byDefault) "deny") (hasSuffix " deny" ($violation.transient | default "")) }}
{{- if or (eq $mode "enforce") (and (eq $mode "review") $denies) }}
{{- $names = append $names $signer }}
{{- end }}
{{- end }}
{{- end }}
{{- $names | uniq | sortAlpha | toJson }}
{{- end }}

{{/* Signer names that are signed, as a JSON array. */}}
{{- define "kube-csr-approver.signs" -}}
{{- $policy := include "kube-csr-approver.document" . | fromJson }}
{{- $names := list }}
{{- if has "signer" .Values.controllers }}
{{- $names = concat .Values.rbac.sign (keys ($policy.signers | default dict)) }}
{{- end }}
{{- $names | uniq | sortAlpha | toJson }}
{{- end }}

{{/* What deciding and signing by the policy looks at, as `csr-approver rbac` finds it: a JSON object. */}}
{{- define "kube-csr-approver.needs" -}}
{{- $policy := include "kube-csr-approver.document" . | fromJson }}
{{- $joining := "kubernetes.io/kube-apiserver-client-kubelet" }}
{{- $serving := "kubernetes.io/kubelet-serving" }}
{{- $client := "kubernetes.io/kube-apiserver-client" }}
{{- $approver := has "approver" .Values.controllers }}
{{- $signer := has "signer" .Values.controllers }}
{{- $named := concat (include "kube-csr-approver.approves" . | fromJsonArray) (include "kube-csr-approver.signs" . | fromJsonArray) }}
{{- $needs := dict "accessReviews" false "apiServer" false "nodes" (has $serving $named) "events" false "secrets" (ternary .Values.rbac.caSecrets list $signer) }}
{{- if .Values.policy.existingConfigMap }}
{{- $_ := set $needs "accessReviews" $approver }}
{{- $_ := set $needs "apiServer" true }}
{{- $_ := set $needs "nodes" (or (has $serving $named) (has $joining $named)) }}
{{- $_ := set $needs "events" true }}
{{- end }}
{{- if $approver }}
{{- range $policy.rules }}
{{- $preset := .preset | default "" }}
{{- $usages := .usages | default list }}
{{- $givesAccess := or (has "client auth" $usages) (has "any" $usages) (and (not $usages) (eq (dig "match" "signerName" "" .) $client)) }}
{{- if or (eq $preset "kubelet-client") (and (not $preset) (dig "subject" "commonName" "" .) $givesAccess) }}
{{- $_ := set $needs "accessReviews" true }}
{{- end }}
{{- if or (eq $preset "kubelet-serving") (and (not $preset) (or (dig "sans" "dns" "" .) (dig "sans" "ip" "" .))) }}
{{- $_ := set $needs "apiServer" true }}
{{- end }}
{{- if or (eq $preset "kubelet-serving") (eq (.readyNode | default "") "refuse") }}
{{- $_ := set $needs "nodes" true }}
{{- end }}
{{- $mode := .mode | default $policy.mode | default "enforce" }}
{{- if ne $mode "shadow" }}
{{- $_ := set $needs "events" true }}
{{- end }}
{{- end }}
{{- end }}
{{- if $signer }}
{{- range $name, $signer := $policy.signers }}
{{- $_ := set $needs "events" true }}
{{- $givesNames := or (dig "allow" "sans" "dns" "" $signer) (dig "allow" "sans" "ip" "" $signer) }}
{{- /* Without allow a contract of Kubernetes bounds it; an empty one allows no name at all. */}}
{{- if not (hasKey $signer "allow") }}{{ $givesNames = or (eq $name $serving) (eq $name $client) }}{{ end }}
{{- if and $givesNames (ne $name $joining) }}{{ $_ := set $needs "apiServer" true }}{{ end }}
{{- if eq $name $serving }}{{ $_ := set $needs "nodes" true }}{{ end }}
{{- with dig "ca" "secret" "" $signer }}{{ $_ := set $needs "secrets" (append $needs.secrets .) }}{{ end }}
{{- end }}
{{- end }}
{{- $_ := set $needs "secrets" ($needs.secrets | uniq | sortAlpha) }}
{{- $needs | toJson }}
{{- end }}

{{/* Where trust is published, as a JSON object: names of ConfigMaps, those in each namespace, and of which signers there are ClusterTrustBundles. */}}
{{- define "kube-csr-approver.trust" -}}
{{- $policy := include "kube-csr-approver.document" . | fromJson }}
{{- $ofSigner := dict }}
{{- if has "signer" .Values.controllers }}
{{- $ofSigner = deepCopy .Values.rbac.trust }}
{{- include "kube-csr-approver.prune" $ofSigner }}
{{- range $name, $signer := $policy.signers }}
{{- with $signer.trust }}{{ $_ := set $ofSigner $name . }}{{ end }}
{{- end }}
{{- end }}
{{- $trust := dict "signers" (keys $ofSigner | sortAlpha) "names" list "namespaces" dict "attests" list "bundles" list }}
{{- range $name, $terms := $ofSigner }}
{{- with $terms.configMap }}
{{- $configMap := . }}
{{- $_ := set $trust "names" (append $trust.names .name | uniq | sortAlpha) }}
{{- range .namespaces }}
{{- $here := get $trust.namespaces . | default list }}
{{- $_ := set $trust.namespaces . (append $here $configMap.name | uniq | sortAlpha) }}
{{- end }}
{{- end }}
{{- if $terms.clusterTrustBundle }}
{{- $_ := set $trust "attests" (append $trust.attests $name | sortAlpha) }}
{{- $_ := set $trust "bundles" (append $trust.bundles (printf "%s:kube-csr-approver" (replace "/" ":" $name)) | sortAlpha) }}
{{- end }}
{{- end }}
{{- $trust | toJson }}
{{- end }}

{{/* "true" when a rule asks DNS, or the API server has a name of its own; also where nobody knows. */}}
{{- define "kube-csr-approver.asksDns" -}}
{{- $policy := include "kube-csr-approver.document" . | fromJson }}
{{- $host := .Values.apiServer.host | default "" }}
{{- $isAddress := or (contains ":" $host) (regexMatch "^[0-9.]*$" $host) }}
{{- $asks := or .Values.policy.existingConfigMap (not $isAddress) }}
{{- range $policy.rules }}
{{- if has "dns" (dig "sans" "owner" list .) }}{{ $asks = true }}{{ end }}
{{- end }}
{{- if $asks }}true{{ end }}
{{- end }}

{{/* What the schema of the values cannot say. */}}
{{- define "kube-csr-approver.validate" -}}
{{- $policy := include "kube-csr-approver.document" . | fromJson }}
{{- $inValues := not .Values.policy.existingConfigMap }}
{{- if not (or $inValues .Values.rbac.approve .Values.rbac.sign) }}
{{- fail "policy.existingConfigMap: name the signers of its rules in rbac.approve and those of its signers in rbac.sign" }}
{{- end }}
{{- if and $inValues (not (or $policy.rules $policy.signers)) }}
{{- fail "policy: there are neither rules nor signers" }}
{{- end }}
{{- range $name, $signer := $policy.signers }}
{{- if not $signer.ca }}{{ fail (printf "policy.signers: %s has no ca; write ca.secret or ca.files" $name) }}{{ end }}
{{- end }}
{{- $secrets := (include "kube-csr-approver.needs" . | fromJson).secrets }}
{{- range $secret, $ca := .Values.createCAs }}
{{- if not (or (kindIs "invalid" $ca) (has $secret $secrets)) }}
{{- fail (printf "createCAs: no signer has the CA of Secret %s; write it as ca.secret of one in policy.signers, or in rbac.caSecrets" $secret) }}
{{- end }}
{{- end }}
{{- if and .Values.hostNetwork .Values.networkPolicy.enabled }}
{{- fail "networkPolicy.enabled: a NetworkPolicy does not hold for pods in the network of their node (hostNetwork)" }}
{{- end }}
{{- if not (or .Values.apiServer.host (eq (int .Values.apiServer.port) 6443)) }}
{{- fail "apiServer.port: it is used with apiServer.host only" }}
{{- end }}
{{- if and .Values.metrics.enabled (eq (int .Values.metrics.port) (int .Values.healthPort)) }}
{{- fail "metrics.port: it is the same as healthPort" }}
{{- end }}
{{- if not .Values.metrics.enabled }}
{{- range $kind := list "serviceMonitor" "prometheusRule" "dashboard" }}
{{- if (get $.Values.metrics $kind).enabled }}
{{- fail (printf "metrics.%s.enabled: there are no metrics without metrics.enabled" $kind) }}
{{- end }}
{{- end }}
{{- end }}
{{- if and (gt (int .Values.replicas) 1) (not .Values.leaderElection.enabled) }}
{{- fail "leaderElection.enabled: without it several replicas would decide at once; set replicas to 1" }}
{{- end }}
{{- end }}
