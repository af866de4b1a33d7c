{{/* The ways between the pods of this release, one by one: {from, to, port}. Both ends' policies are made from this table,
     so that no way is open at one end only. The services' own calls come from their table. */}}
{{- define "understudy.arrows" -}}
{{- range $from, $component := include "understudy.components" . | fromYaml }}
{{- range $to := $component.calls }}
- {from: {{ $from }}, to: {{ $to }}, port: 7000}
{{- end }}
{{- if and $component.database (eq $.Values.database.mode "bundled") }}
- {from: {{ $from }}, to: postgresql, port: 5432}
{{- end }}
{{- end }}
{{- if eq .Values.database.mode "bundled" }}
- {from: migrations, to: postgresql, port: 5432}
{{- end }}
{{- if include "understudy.hasBootstrap" . }}
{{- range $to := list "catalog" "registry" }}
- {from: bootstrap, to: {{ $to }}, port: 7000}
{{- end }}
{{- end }}
{{- if .Values.test.enabled }}
{{- range $to := list "catalog" "registry" "calllog" }}
- {from: test, to: {{ $to }}, port: 7000}
{{- end }}
- {from: test, to: edge, port: 8080}
{{- end }}
{{- end }}

{{/* Who may come in from outside the release: {to, port, anyone, from}. */}}
{{- define "understudy.arrowsIn" -}}
{{- range $name, $component := include "understudy.components" . | fromYaml }}
{{- $ports := include "understudy.ports" $name | fromYaml }}
{{- $clients := get $.Values.networkPolicy.clients (ternary "grpc" $name (eq $component.port "grpc")) }}
- to: {{ $name }}
  port: {{ get $ports $component.port }}
  {{- toYaml $clients | nindent 2 }}
- to: {{ $name }}
  port: {{ $ports.metrics }}
  {{- toYaml $.Values.networkPolicy.metrics | nindent 2 }}
{{- end }}
{{- end }}

{{/* Where pods may go outside the release: {from, ports, to}; an empty `to` is anywhere. */}}
{{- define "understudy.arrowsOut" -}}
{{- $policy := .Values.networkPolicy }}
{{- $database := $policy.database.port | default .Values.database.external.port }}
{{- $traced := .Values.tracing.endpoint }}
{{- /* Where the address has no port, gRPC goes to 443, in the clear too. */}}
{{- $collector := get (urlParse (default "http://none" $traced)) "host" | regexFind ":[0-9]+$" | trimPrefix ":" | default "443" }}
{{- range $from := include "understudy.accounts" . | fromYamlArray }}
{{- $component := get (include "understudy.components" $ | fromYaml) $from | default dict }}
{{- if ne $from "postgresql" }}
- from: {{ $from }}
  ports:
    {{- range $policy.dns.ports }}
    - {port: {{ . | int }}, protocol: UDP}
    - {port: {{ . | int }}, protocol: TCP}
    {{- end }}
  to: {{ toJson $policy.dns.to }}
{{- end }}
{{- if and (eq $.Values.database.mode "external") (or $component.database (eq $from "migrations")) }}
- from: {{ $from }}
  ports: [{port: {{ $database | int }}, protocol: TCP}]
  to: {{ toJson $policy.database.to }}
{{- end }}
{{- if and $traced $component }}
- from: {{ $from }}
  ports: [{port: {{ $collector | int }}, protocol: TCP}]
  to: {{ toJson $policy.tracing.to }}
{{- end }}
{{- end }}
{{- end }}
