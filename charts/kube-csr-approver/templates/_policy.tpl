{{/* The policy, and the signer names that its rules and signers demand. */}}

{{/* Where the CA of a signer is mounted. */}}
{{- define "kube-csr-approver.caFolder" -}}
/etc/kube-csr-approver/ca/{{ . }}
{{- end }}

{{/* The document that stands in the ConfigMap. */}}
{{- define "kube-csr-approver.policy" -}}
{{- $rules := dict }}
{{- range $name, $rule := .Values.policy.rules }}
{{- if $rule }}{{ $_ := set $rules $name $rule }}{{ end }}
{{- end }}
{{- $signers := dict }}
{{- range $name, $signer := .Values.policy.signers }}
{{- if $signer }}
{{- $written := deepCopy $signer }}
{{- if get $.Values.caSecrets $name }}
{{- $folder := include "kube-csr-approver.caFolder" $name }}
{{- $files := dict "cert" (printf "%s/tls.crt" $folder) "key" (printf "%s/tls.key" $folder) }}
{{- $_ := set $written "ca" (dict "files" $files) }}
{{- end }}
{{- $_ := set $signers $name $written }}
{{- end }}
{{- end }}
{{- $document := dict "apiVersion" "kube-csr-approver/v1alpha1" "kind" "Policy" }}
{{- with .Values.policy.mode }}{{ $_ := set $document "mode" . }}{{ end }}
{{- if $rules }}{{ $_ := set $document "rules" $rules }}{{ end }}
{{- if $signers }}{{ $_ := set $document "signers" $signers }}{{ end }}
{{- with .Values.policy.apiServerNames }}{{ $_ := set $document "apiServerNames" . }}{{ end }}
{{- toYaml $document }}
{{- end }}

{{/* Signer names that may be approved, as a JSON array. Shadow rules only report; review rules may still deny. */}}
{{- define "kube-csr-approver.approves" -}}
{{- $names := list }}
{{- if has "approver" .Values.controllers }}
{{- $names = .Values.rbac.approve }}
{{- if not .Values.policy.existingConfigMap }}
{{- $ofPreset := dict "kubelet-client" "kubernetes.io/kube-apiserver-client-kubelet" "kubelet-serving" "kubernetes.io/kubelet-serving" }}
{{- range $name, $rule := .Values.policy.rules }}
{{- if $rule }}
{{- $written := dig "match" "signerName" "" $rule }}
{{- $signer := dig (get $rule "preset" | default "-") $written $ofPreset }}
{{- if not $signer }}{{ fail (printf "policy.rules.%s: match.signerName or a known preset is needed" $name) }}{{ end }}
{{- $mode := $rule.mode | default $.Values.policy.mode | default "enforce" }}
{{- $violation := $rule.onViolation | default dict }}
{{- $byDefault := ternary "leave" "deny" (has $signer (values $ofPreset)) }}
{{- $denies := or (eq ($violation.default | default $byDefault) "deny") (hasSuffix " deny" ($violation.transient | default "")) }}
{{- if or (eq $mode "enforce") (and (eq $mode "review") $denies) }}
{{- $names = append $names $signer }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $names | uniq | sortAlpha | toJson }}
{{- end }}

{{/* Signer names that are signed, as a JSON array. */}}
{{- define "kube-csr-approver.signs" -}}
{{- $names := list }}
{{- if has "signer" .Values.controllers }}
{{- $names = .Values.rbac.sign }}
{{- if not .Values.policy.existingConfigMap }}
{{- range $name, $signer := .Values.policy.signers }}
{{- if $signer }}{{ $names = append $names $name }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- $names | uniq | sortAlpha | toJson }}
{{- end }}

{{/* What deciding and signing by the policy looks at, as `csr-approver rbac` finds it: a JSON object. */}}
{{- define "kube-csr-approver.needs" -}}
{{- $joining := "kubernetes.io/kube-apiserver-client-kubelet" }}
{{- $serving := "kubernetes.io/kubelet-serving" }}
{{- $client := "kubernetes.io/kube-apiserver-client" }}
{{- $approver := has "approver" .Values.controllers }}
{{- $named := concat .Values.rbac.approve .Values.rbac.sign }}
{{- $needs := dict "accessReviews" false "apiServer" false "nodes" (has $serving $named) "events" false "secrets" list }}
{{- if .Values.policy.existingConfigMap }}
{{- $needs = dict "accessReviews" $approver "apiServer" true "nodes" (or (has $serving $named) (has $joining $named)) "events" $approver "secrets" list }}
{{- else }}
{{- if $approver }}
{{- range .Values.policy.rules }}
{{- if . }}
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
{{- $mode := .mode | default $.Values.policy.mode | default "enforce" }}
{{- if or (eq $mode "review") (and (ne $mode "shadow") (eq $preset "kubelet-serving")) }}
{{- $_ := set $needs "events" true }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if has "signer" .Values.controllers }}
{{- range $name, $signer := .Values.policy.signers }}
{{- if $signer }}
{{- $allow := get $signer "allow" }}
{{- $givesNames := or (dig "sans" "dns" "" ($allow | default dict)) (dig "sans" "ip" "" ($allow | default dict)) }}
{{- if not $allow }}{{ $givesNames = or (eq $name $serving) (eq $name $client) }}{{ end }}
{{- if and $givesNames (ne $name $joining) }}{{ $_ := set $needs "apiServer" true }}{{ end }}
{{- if eq $name $serving }}{{ $_ := set $needs "nodes" true }}{{ end }}
{{- with dig "ca" "secret" "" $signer }}{{ $_ := set $needs "secrets" (append $needs.secrets . | uniq | sortAlpha) }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $needs | toJson }}
{{- end }}

{{/* What the schema of the values cannot say. */}}
{{- define "kube-csr-approver.validate" -}}
{{- if .Values.policy.existingConfigMap }}
{{- if not (concat .Values.rbac.approve .Values.rbac.sign) }}
{{- fail "policy.existingConfigMap: name the signers of its rules in rbac.approve and those of its signers in rbac.sign" }}
{{- end }}
{{- else }}
{{- range $name, $secret := .Values.caSecrets }}
{{- $signer := get $.Values.policy.signers $name }}
{{- if and $secret (not $signer) }}{{ fail (printf "caSecrets: %s is not in policy.signers" $name) }}{{ end }}
{{- if and $secret (hasKey $signer "ca") }}{{ fail (printf "policy.signers: %s has a ca of its own and one in caSecrets" $name) }}{{ end }}
{{- end }}
{{- range $name, $signer := .Values.policy.signers }}
{{- if and $signer (not (hasKey $signer "ca")) (not (get $.Values.caSecrets $name)) }}
{{- fail (printf "policy.signers: %s has no CA; name a Secret in caSecrets" $name) }}
{{- end }}
{{- end }}
{{- $document := include "kube-csr-approver.policy" . | fromYaml }}
{{- if not (or $document.rules $document.signers) }}
{{- fail "policy: there are neither rules nor signers" }}
{{- end }}
{{- end }}
{{- end }}
