{{/* The five services: what each has, and whom it calls. Deployments, Services, policies, certificates, autoscalers and
     budgets all range over this table; the arrows of the network policies are its `calls`. */}}
{{- define "understudy.components" -}}
catalog:
  port: grpc
  database: true
  calls: [registry]
registry:
  port: grpc
  database: true
  calls: [catalog]
calllog:
  port: grpc
  database: true
  calls: [registry]
edge:
  port: http
  calls: [registry, catalog, calllog]
gateway:
  port: http
  calls: [catalog, registry, calllog]
{{- end }}

{{/* The ports of a component, by name. In: a component's name. */}}
{{- define "understudy.ports" -}}
{{- $component := get (include "understudy.components" . | fromYaml) . }}
{{- if eq $component.port "grpc" -}}
grpc: 7000
health: 7001
{{- else -}}
http: {{ ternary 8080 8081 (eq . "edge") }}
{{- end }}
metrics: 9090
{{- end }}

{{/* The values of a component: `defaults`, and over them its own. In: dict root component. */}}
{{- define "understudy.values" -}}
{{- toYaml (mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (get .root.Values .component))) }}
{{- end }}

{{/* How long calls in flight may take once the pod leaves, in seconds. In: dict component values. */}}
{{- define "understudy.drainSeconds" -}}
{{- ternary .values.longestDelaySeconds .values.drainSeconds (eq .component "edge") | int }}
{{- end }}

{{/* Whether a component is a StatefulSet. In: dict root component. */}}
{{- define "understudy.isStateful" -}}
{{- if and (eq .component "edge") .root.Values.edge.journal.persistence.enabled }}true{{ end }}
{{- end }}

{{- define "understudy.workloadKind" -}}
{{- ternary "StatefulSet" "Deployment" (eq (include "understudy.isStateful" .) "true") }}
{{- end }}

{{/* How many pods to ask for. Where an autoscaler decides, as many as it has decided on so far: a number that an upgrade
     takes away is 1 to Kubernetes, until the autoscaler looks again. Not known where nothing is looked up.
     In: dict root component values. */}}
{{- define "understudy.replicas" -}}
{{- if not .values.autoscaling.enabled -}}
replicas: {{ .values.replicas | int }}
{{- else }}
{{- $name := printf "%s-%s" (include "understudy.fullname" .root) .component }}
{{- $there := lookup "apps/v1" (include "understudy.workloadKind" .) .root.Release.Namespace $name | default dict }}
{{- $spec := get $there "spec" | default dict }}
{{- if hasKey $spec "replicas" -}}
replicas: {{ max (int $spec.replicas) (int .values.autoscaling.minReplicas) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The number of pods there are at least. In: a component's values. */}}
{{- define "understudy.leastReplicas" -}}
{{- ternary .autoscaling.minReplicas .replicas .autoscaling.enabled | int }}
{{- end }}

{{/* Where a gRPC service answers those inside the suite: all its pods, so that a client spreads its calls over them.
     In: dict root component. */}}
{{- define "understudy.target" -}}
dns:///{{ include "understudy.fullname" .root }}-{{ .component }}-headless:7000
{{- end }}

{{/* The environment of a component, as a list. In: dict root component values. */}}
{{- define "understudy.environment" -}}
{{- include "understudy.variables" (dict "own" (include "understudy.ownEnvironment" .) "extra" .values.extraEnv) }}
{{- end }}

{{- define "understudy.ownEnvironment" -}}
{{- $root := .root }}
{{- $component := get (include "understudy.components" $root | fromYaml) .component }}
{{- $prefix := upper .component }}
- {name: {{ $prefix }}_LOG_LEVEL, value: {{ $root.Values.log.level }}}
- {name: {{ $prefix }}_LOG_FORMAT, value: {{ $root.Values.log.format }}}
- {name: {{ $prefix }}_LINGER_SECONDS, value: {{ .values.lingerSeconds | quote }}}
- {name: {{ $prefix }}_DRAIN_SECONDS, value: {{ include "understudy.drainSeconds" . | quote }}}
{{ include "understudy.secretVariable" (dict "root" $root "name" (printf "%s_SERVICE_TOKEN" $prefix) "key" "serviceToken") }}
{{- range $called := $component.calls }}
- {name: {{ $prefix }}_{{ upper $called }}_TARGET, value: {{ include "understudy.target" (dict "root" $root "component" $called) | quote }}}
{{- end }}
{{- if $component.database }}
{{ include "understudy.databaseVariables" (dict "root" $root "prefix" $prefix "role" .component) }}
{{- end }}
{{- include "understudy.tlsVariables" (dict "root" $root "prefix" $prefix) }}
{{- if $root.Values.tracing.endpoint }}
- {name: {{ $prefix }}_TRACING_ENDPOINT, value: {{ $root.Values.tracing.endpoint | quote }}}
- {name: {{ $prefix }}_TRACING_RATIO, value: {{ $root.Values.tracing.ratio | quote }}}
{{- end }}
{{- include (printf "understudy.environment.%s" .component) $root }}
{{- range $name, $value := .values.settings }}
- {name: {{ $prefix }}_{{ snakecase $name | upper }}, value: {{ include "understudy.text" $value | quote }}}
{{- end }}
{{- end }}

{{- define "understudy.environment.catalog" }}{{ end }}

{{- define "understudy.environment.calllog" }}{{ end }}

{{- define "understudy.environment.gateway" }}{{ end }}

{{- define "understudy.environment.registry" }}
{{ include "understudy.secretVariable" (dict "root" . "name" "REGISTRY_ADMINISTRATOR_KEY" "key" "administratorKey") }}
- {name: REGISTRY_MOCK_URL_TEMPLATE, value: {{ include "understudy.mockUrlTemplate" . | quote }}}
{{- end }}

{{- define "understudy.environment.edge" }}
- {name: EDGE_MOCK_DOMAIN, value: {{ .Values.mocks.domain | quote }}}
- {name: EDGE_JOURNAL_DIR, value: /var/lib/understudy/journal}
- {name: EDGE_JOURNAL_BYTES, value: {{ include "understudy.text" .Values.edge.journal.bytes | quote }}}
{{- end }}

{{/* A mock's URL with {mock_id} in the place of its id: by host where there is a domain, else by path at the edge. */}}
{{- define "understudy.mockUrlTemplate" -}}
{{- $host := or (and .Values.ingress.enabled .Values.ingress.edge.host) (and .Values.gatewayApi.enabled .Values.gatewayApi.edge.host) }}
{{- $prefix := include "understudy.pathPrefix" . }}
{{- if .Values.mocks.urlTemplate }}
{{- .Values.mocks.urlTemplate }}
{{- else if .Values.mocks.domain }}
{{- printf "%s://{mock_id}.%s" .Values.mocks.scheme .Values.mocks.domain }}
{{- else if $host }}
{{- printf "%s://%s/%s/{mock_id}" .Values.mocks.scheme $host $prefix }}
{{- else }}
{{- printf "http://%s-edge.%s:8080/%s/{mock_id}" (include "understudy.fullname" .) .Release.Namespace $prefix }}
{{- end }}
{{- end }}

{{/* Below which path the edge answers mocks, without slashes around it. */}}
{{- define "understudy.pathPrefix" -}}
{{- get .Values.edge.settings "pathPrefix" | default "/mocks" | trimAll "/" }}
{{- end }}

{{/* What a leaving pod waits for: until every node has learnt that it leaves. A command, since the `sleep` action is
     younger than Kubernetes 1.27. In: a component's values. */}}
{{- define "understudy.lifecycle" -}}
{{- with .preStopSeconds | int }}
lifecycle:
  preStop:
    exec:
      command: [sleep, {{ . | quote }}]
{{- end }}
{{- end }}

{{/* The probes: startup apart from liveness, and no liveness that looks at the database. In: a component's name. */}}
{{- define "understudy.probes" -}}
{{- $component := get (include "understudy.components" . | fromYaml) . }}
{{- $grpc := eq $component.port "grpc" }}
startupProbe:
  {{- include "understudy.probe" (dict "grpc" $grpc "service" "liveness" "path" "/livez") | nindent 2 }}
  periodSeconds: 1
  failureThreshold: 60
  timeoutSeconds: 2
livenessProbe:
  {{- include "understudy.probe" (dict "grpc" $grpc "service" "liveness" "path" "/livez") | nindent 2 }}
  periodSeconds: 10
  failureThreshold: 6
  timeoutSeconds: 5
readinessProbe:
  {{- include "understudy.probe" (dict "grpc" $grpc "service" "readiness" "path" "/readyz") | nindent 2 }}
  periodSeconds: 2
  failureThreshold: 2
  timeoutSeconds: 5
{{- end }}

{{- define "understudy.probe" -}}
{{- if .grpc -}}
grpc: {port: 7001, service: {{ .service }}}
{{- else -}}
httpGet: {path: {{ .path }}, port: metrics}
{{- end }}
{{- end }}

{{/* The size of the edge's emptyDir, in Mi: its journal, that of a process which crashed before and is shipped beside it,
     and a margin for the file system. */}}
{{- define "understudy.journalVolumeSize" -}}
{{- printf "%dMi" (add (div (mul 2 (int64 .Values.edge.journal.bytes)) 1048576) 64) }}
{{- end }}
