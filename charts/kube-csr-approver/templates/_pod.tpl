{{/* What the pods of the controller and those that make CAs have in common. */}}

{{/* Who runs it, where, and in which network. */}}
{{- define "kube-csr-approver.pod" -}}
automountServiceAccountToken: true
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- if .Values.hostNetwork }}
hostNetwork: true
{{- end }}
{{- /* Whoever does not wait for the pod network to reach the API server cannot ask for its name there. */}}
{{- $onNode := ternary "Default" "ClusterFirstWithHostNet" (not (empty .Values.apiServer.host)) }}
{{- with .Values.dnsPolicy | default (ternary $onNode "" .Values.hostNetwork) }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $tolerations := .Values.tolerations }}
{{- if .Values.hostNetwork }}
{{- $tolerations = append $tolerations (dict "key" "node.kubernetes.io/network-unavailable" "operator" "Exists" "effect" "NoSchedule") }}
{{- end }}
{{- with $tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Image and environment of its container. */}}
{{- define "kube-csr-approver.container" -}}
image: {{ include "kube-csr-approver.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  - name: NODE_OPTIONS
    value: {{ .Values.nodeOptions | quote }}
  # One arena instead of eight per core: memory that is free goes back.
  - name: MALLOC_ARENA_MAX
    value: '1'
  {{- if .Values.apiServer.host }}
  # Without the address of the Service, which somebody has to route.
  - name: KUBERNETES_SERVICE_HOST
    value: {{ .Values.apiServer.host | quote }}
  - name: KUBERNETES_SERVICE_PORT
    value: {{ .Values.apiServer.port | quote }}
  {{- end }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  {{- toYaml .Values.securityContext | nindent 2 }}
{{- end }}

{{/* One probe: (list $ "startup" "/livez"). In the network of the node nobody else needs to ask. */}}
{{- define "kube-csr-approver.probe" -}}
{{- $ := index . 0 -}}
httpGet:
  path: {{ index . 2 }}
  port: health
  {{- if $.Values.hostNetwork }}
  host: 127.0.0.1
  {{- end }}
{{ toYaml (get $.Values.probes (index . 1)) }}
{{- end }}
