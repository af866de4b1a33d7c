{{/* Names and labels. A component is catalog, registry, calllog, edge, gateway, migrations, postgresql, bootstrap or test. */}}

{{- define "understudy.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* What all names begin with. 40 characters leave room for "-registry-headless" and for the names of pods; what is longer
     ends in a digest of all of it, so that two long names that begin alike stay two. */}}
{{- define "understudy.fullname" -}}
{{- $name := include "understudy.name" . }}
{{- $usual := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- $full := default $usual .Values.fullnameOverride }}
{{- if gt (len $full) 40 }}
{{- $full = printf "%s-%s" ($full | trunc 31 | trimSuffix "-") ($full | sha256sum | trunc 8) }}
{{- end }}
{{- $full }}
{{- end }}

{{/* What a Service, a policy or a workload selects pods by; never changes in the life of a release.
     In: dict root component. */}}
{{- define "understudy.selector" -}}
app.kubernetes.io/name: {{ include "understudy.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* The labels of a pod: without the chart's version, so that a new chart with the same content restarts nothing. The
     user's come before ours, but never before those by which objects are found. In: dict root component labels. */}}
{{- define "understudy.podLabels" -}}
{{- $found := merge (include "understudy.selector" . | fromYaml) (dict "app.kubernetes.io/managed-by" .root.Release.Service) }}
{{- $usual := dict "app.kubernetes.io/version" .root.Chart.AppVersion "app.kubernetes.io/part-of" "understudy" }}
{{- toYaml (merge $found (.labels | default dict) .root.Values.commonLabels $usual) }}
{{- end }}

{{/* The labels of every object. In: dict root component labels. */}}
{{- define "understudy.labels" -}}
{{ include "understudy.podLabels" . }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The metadata of an object, without its name. In: dict root component labels annotations. */}}
{{- define "understudy.metadata" -}}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "understudy.labels" . | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* repository:tag or repository@digest. In: dict image tag (the tag where none is given). */}}
{{- define "understudy.image" -}}
{{- if .image.digest }}
{{- printf "%s@%s" .image.repository .image.digest }}
{{- else }}
{{- printf "%s:%s" .image.repository (.image.tag | default .tag) }}
{{- end }}
{{- end }}

{{- define "understudy.ownImage" -}}
{{- include "understudy.image" (dict "image" .Values.image "tag" .Chart.AppVersion) }}
{{- end }}

{{/* A value as text. Helm reads large whole numbers as floating ones and would write 2.68435456e+08. */}}
{{- define "understudy.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}
