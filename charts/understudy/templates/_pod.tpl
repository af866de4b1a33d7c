{{/* What every pod of the chart has in common: the Pod Security Standard "restricted", written out. */}}

{{/* In: dict root (and, for an image of other users, user group). */}}
{{- define "understudy.podSecurity" -}}
runAsNonRoot: true
{{- if .root.Values.security.setUser }}
runAsUser: {{ .user | default 10001 | int }}
runAsGroup: {{ .group | default 10001 | int }}
fsGroup: {{ .group | default 10001 | int }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "understudy.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities: {drop: [ALL]}
readOnlyRootFilesystem: true
runAsNonRoot: true
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* The head of a pod's spec. In: dict root values, and serviceAccount, the account's whole name. */}}
{{- define "understudy.podHead" -}}
serviceAccountName: {{ .serviceAccount }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "understudy.podSecurity" . | nindent 2 }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The annotations of a pod: the user's, and the emptyDirs that the cluster autoscaler need not spare a node for.
     In: dict root values volumes; volumes: their names, separated by commas. */}}
{{- define "understudy.podAnnotations" -}}
{{- $usual := dict "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes" .volumes }}
{{- toYaml (merge (dict) (.values.podAnnotations | default dict) .root.Values.commonAnnotations $usual) }}
{{- end }}

{{/* A container's variables, the user's own last. Each name once: Kubernetes merges an upgrade by name, and what stands
     there twice comes out wrong. In: dict own extra; own: a list as YAML, extra: a list. */}}
{{- define "understudy.variables" -}}
{{- $names := list }}
{{- range .extra }}{{ $names = append $names .name }}{{ end }}
{{- range .own | fromYamlArray }}
{{- if not (has .name $names) }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- with .extra }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The head of a container of our image. In: dict root values. */}}
{{- define "understudy.containerHead" -}}
image: {{ include "understudy.ownImage" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- include "understudy.containerSecurity" . | nindent 2 }}
{{- with .values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Over zones and nodes as far as possible, the pods of each rollout by themselves; a list of the user's own gets the
     selector where it has none. In: dict root component values. */}}
{{- define "understudy.spread" -}}
{{- $selector := dict "matchLabels" (include "understudy.selector" . | fromYaml) }}
{{- $usual := list }}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
{{- $constraint := dict "maxSkew" 1 "topologyKey" . "whenUnsatisfiable" "ScheduleAnyway" }}
{{- if not (include "understudy.isStateful" $) }}
{{- $_ := set $constraint "matchLabelKeys" (list "pod-template-hash") }}
{{- end }}
{{- $usual = append $usual $constraint }}
{{- end }}
topologySpreadConstraints:
{{- range .values.topologySpreadConstraints | default $usual }}
  - {{ merge (deepCopy .) (dict "labelSelector" $selector) | toYaml | nindent 4 | trim }}
{{- end }}
{{- end }}
