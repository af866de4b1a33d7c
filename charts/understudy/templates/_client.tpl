{{/* What bootstrap and `helm test` need: programs of the command line that talk to the services as the administrator. */}}

{{- define "understudy.clientEnvironment" -}}
{{- $fullname := include "understudy.fullname" . }}
{{- range $service := list "catalog" "registry" "calllog" }}
- {name: UNDERSTUDY_{{ upper $service }}_SERVER, value: "{{ $fullname }}-{{ $service }}:7000"}
{{- end }}
{{ include "understudy.secretVariable" (dict "root" . "name" "UNDERSTUDY_API_KEY" "key" "administratorKey") }}
{{- include "understudy.tlsVariables" (dict "root" . "prefix" "UNDERSTUDY") }}
{{- end }}

{{- define "understudy.hasBootstrap" -}}
{{- with .Values.bootstrap }}
{{- if or .collections .environments .mocks .configMaps }}true{{ end }}
{{- end }}
{{- end }}

{{/* The files that the values hold themselves, as the data of a ConfigMap. */}}
{{- define "understudy.bootstrapFiles" -}}
{{- $files := dict }}
{{- range $name, $text := .Values.bootstrap.collections }}
{{- $_ := set $files (printf "collection-%s.json" $name) $text }}
{{- end }}
{{- range $name, $text := .Values.bootstrap.environments }}
{{- $_ := set $files (printf "environment-%s.json" $name) $text }}
{{- end }}
{{- with .Values.bootstrap.mocks }}
{{- $_ := set $files "mocks.json" (dict "mocks" . | toPrettyJson) }}
{{- end }}
{{- with $files }}{{ toYaml . }}{{ end }}
{{- end }}
