{{/* What is wrong with the values: a YAML list of sentences, each saying what to do. What a type or a range can say stands
     in values.schema.json, and is checked before any of this. */}}
{{- define "understudy.faults" -}}
{{- include "understudy.faults.retired" . }}
{{- include "understudy.faults.names" . }}
{{- include "understudy.faults.image" . }}
{{- include "understudy.faults.secrets" . }}
{{- include "understudy.faults.database" . }}
{{- include "understudy.faults.components" . }}
{{- include "understudy.faults.journal" . }}
{{- include "understudy.faults.tls" . }}
{{- include "understudy.faults.ways" . }}
{{- include "understudy.faults.bootstrap" . }}
{{- end }}

{{/* Names that this chart does not have, or no more, and what to write instead. */}}
{{- define "understudy.retired" -}}
replicaCount: write edge.replicas, or defaults.replicas for every service
autoscaling: write edge.autoscaling
persistence: write edge.journal.persistence for the edge's journal, database.bundled.persistence for the bundled database
postgresql: write database.mode and database.bundled, or database.external for a PostgreSQL of your own
{{- end }}

{{- define "understudy.faults.retired" }}
{{- range $name, $remedy := include "understudy.retired" . | fromYaml }}
{{- if hasKey $.Values $name }}
- {{ printf "%s is not a value of this chart: %s." $name $remedy | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "understudy.faults.names" }}
{{- $fullname := include "understudy.fullname" . }}
{{- if not (regexMatch "^[a-z]([a-z0-9-]*[a-z0-9])?$" $fullname) }}
- {{ printf "Names would begin with %s, and those of Services begin with a lower-case letter and hold such letters, digits and '-' only: set fullnameOverride." $fullname | quote }}
{{- end }}
{{- end }}

{{- define "understudy.faults.image" }}
{{- range $path, $image := dict "image" .Values.image "database.bundled.image" .Values.database.bundled.image }}
{{- if and $image.tag $image.digest }}
- {{ printf "%s.tag and %s.digest are both set: leave one of them empty." $path $path | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "understudy.faults.secrets" }}
{{- if not .Values.secrets.generate }}
{{- if not .Values.secrets.existingSecret }}
- "secrets.generate is false, so secrets.existingSecret must name a Secret with the service token and the administrator's key."
{{- end }}
{{- if eq .Values.database.mode "bundled" }}
- "secrets.generate is false, but a bundled database needs generated passwords: set database.mode to external."
{{- end }}
{{- end }}
{{- end }}

{{- define "understudy.faults.database" }}
{{- $external := .Values.database.external }}
{{- if eq .Values.database.mode "external" }}
{{- if and $external.urlsSecret (or $external.host $external.existingSecret) }}
- "database.external.urlsSecret holds whole URLs: leave database.external.host and existingSecret empty, or use those and no urlsSecret."
{{- else if not $external.urlsSecret }}
{{- if not $external.host }}
- "database.mode is external: set database.external.host, or database.external.urlsSecret to a Secret with whole URLs."
{{- end }}
{{- if not $external.existingSecret }}
- "database.mode is external: set database.external.existingSecret to the Secret with the roles' passwords."
{{- end }}
{{- end }}
{{- if and $external.urlsSecret $external.createRoles (not $external.existingSecret) }}
- "database.external.createRoles needs the roles' passwords apart: use host and existingSecret instead of urlsSecret, or create the roles yourself."
{{- end }}
{{- if and (hasPrefix "verify-" $external.tls.mode) (not $external.tls.authoritySecret) (not $external.urlsSecret) }}
- {{ printf "database.external.tls.mode is %s: set database.external.tls.authoritySecret to the Secret with the authority's certificate." $external.tls.mode | quote }}
{{- end }}
{{- else }}
{{- if or $external.host $external.existingSecret $external.urlsSecret }}
- "database.external is filled in, but database.mode is bundled: set database.mode to external."
{{- end }}
{{- if eq .Values.migrations.mode "hook" }}
- "migrations.mode is hook, but a bundled database is not there yet when a hook runs: set migrations.mode to job, or use an external database."
{{- end }}
{{- end }}
{{- end }}

{{- define "understudy.faults.components" }}
{{- range $name, $_ := include "understudy.components" . | fromYaml }}
{{- $values := include "understudy.values" (dict "root" $ "component" $name) | fromYaml }}
{{- with $values.autoscaling }}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) }}
- {{ printf "%s.autoscaling.minReplicas (%d) is above maxReplicas (%d)." $name (int .minReplicas) (int .maxReplicas) | quote }}
{{- end }}
{{- if and .enabled (not .cpuUtilization) (not .callsPerSecond) }}
- {{ printf "%s.autoscaling has nothing to go by: set cpuUtilization%s, or enabled to false." $name (ternary " or callsPerSecond" "" (eq $name "edge")) | quote }}
{{- end }}
{{- end }}
{{- $ships := ternary ($values.settings.shipDrainSeconds | default 5) 0 (eq $name "edge") }}
{{- if ge (addf $values.preStopSeconds $values.lingerSeconds $ships) 15.0 }}
- {{ printf "%s.preStopSeconds and lingerSeconds%s must stay below 15 together, since that is what a pod has beside its calls in flight: make them smaller." $name (ternary ", and the seconds in which it ships its journal (settings.shipDrainSeconds, 5)," "" (eq $name "edge")) | quote }}
{{- end }}
{{- if and (not $values.autoscaling.enabled) (lt (int $values.replicas) 1) }}
- {{ printf "%s.replicas is 0: set it to 1 or more; to stop a service for a while, scale it with kubectl." $name | quote }}
{{- end }}
{{- with $values.podDisruptionBudget }}
{{- if and .enabled (has (toString .maxUnavailable) (list "0" "0%")) }}
- {{ printf "%s.podDisruptionBudget.maxUnavailable is 0, which no drain of a node gets past: set it to 1 or more." $name | quote }}
{{- end }}
{{- end }}
{{- with $values.rollingUpdate }}
{{- if and (has (toString .maxSurge) (list "0" "0%")) (has (toString .maxUnavailable) (list "0" "0%")) }}
- {{ printf "%s.rollingUpdate has maxSurge and maxUnavailable at 0, so no pod could ever be replaced: set one of them to 1." $name | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "understudy.faults.journal" }}
{{- with .Values.edge.journal }}
{{- if and .persistence.enabled (lt (include "understudy.bytes" .persistence.size | int64) (add (mul 2 (int64 .bytes)) 67108864)) }}
- {{ printf "edge.journal.persistence.size is %s, which is less than twice edge.journal.bytes and 64 MiB: make it larger, or the journal smaller." .persistence.size | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* A quantity of Kubernetes in bytes; what counts in petabytes is simply much. */}}
{{- define "understudy.bytes" -}}
{{- $units := dict "" 1.0 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 }}
{{- $unit := regexFind "[A-Za-z]*$" . }}
{{- mulf (regexFind "^[0-9.]+" . | float64) (hasKey $units $unit | ternary (get $units $unit) 1e15) | int64 }}
{{- end }}

{{- define "understudy.faults.tls" }}
{{- with .Values.tls }}
{{- $given := list }}
{{- $missing := list }}
{{- range $owner, $secret := .existingSecrets }}
{{- if $secret }}{{ $given = append $given $owner }}{{ else }}{{ $missing = append $missing (printf "tls.existingSecrets.%s" $owner) }}{{ end }}
{{- end }}
{{- if and $given (or (not .enabled) (ne .source "existing")) }}
- "tls.existingSecrets is filled in, but not used: set tls.enabled to true and tls.source to existing."
{{- end }}
{{- if and .enabled (eq .source "existing") $missing }}
- {{ printf "tls.source is existing: set %s." (join ", " $missing) | quote }}
{{- end }}
{{- if and .certManager.issuerRef.name (or (not .enabled) (ne .source "cert-manager")) }}
- "tls.certManager.issuerRef is filled in, but not used: set tls.enabled to true and tls.source to cert-manager."
{{- end }}
{{- end }}
{{- end }}

{{- define "understudy.faults.ways" }}
{{- $ingress := .Values.ingress }}
{{- $routes := .Values.gatewayApi }}
{{- range $path, $way := dict "ingress" $ingress "gatewayApi" $routes }}
{{- $hosts := or $way.edge.host $way.gateway.host $way.grpc.host }}
{{- if and $way.enabled (not $hosts) (not $.Values.mocks.domain) }}
- {{ printf "%s.enabled is true, but nothing has a host: set %s.edge.host, gateway.host or grpc.host, or mocks.domain." $path $path | quote }}
{{- end }}
{{- range $part := list "edge" "gateway" "grpc" }}
{{- $clients := get $.Values.networkPolicy.clients $part }}
{{- $comesIn := and $way.enabled (include "understudy.hosts" (dict "root" $ "part" $part "way" $way)) }}
{{- if and $comesIn $.Values.networkPolicy.enabled (not $clients.anyone) (not (index $clients "from")) }}
- {{ printf "%s.%s has a host, but no network policy lets its calls in: name the namespace they come from in networkPolicy.clients.%s.from." $path $part $part | quote }}
{{- end }}
{{- end }}
{{- if and (not $way.enabled) $hosts }}
- {{ printf "%s has hosts, but %s.enabled is false: set it to true, or leave the hosts empty." $path $path | quote }}
{{- end }}
{{- end }}
{{- if and $routes.enabled (not $routes.parentRefs) }}
- "gatewayApi.enabled is true: set gatewayApi.parentRefs to the Gateways that the routes belong to."
{{- end }}
{{- if and $routes.enabled $routes.grpc.host .Values.tls.enabled }}
- "gatewayApi.grpc cannot be with tls.enabled, since a Gateway has no certificate to show to the services: use ingress.grpc, or a TLSRoute with passthrough in extraObjects."
{{- end }}
{{- if and $ingress.enabled $ingress.grpc.host (eq $ingress.controller "nginx") (not $ingress.grpc.tlsSecret) }}
- "ingress.grpc.host is set, and ingress-nginx speaks gRPC over TLS alone: set ingress.grpc.tlsSecret."
{{- end }}
{{- with .Values.mocks }}
{{- if and .domain (or (hasPrefix "*" .domain) (contains "/" .domain) (contains ":" .domain)) }}
- {{ printf "mocks.domain is %s, and must be a bare domain such as mock.example.com: the mock's id is put before it." .domain | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "understudy.faults.bootstrap" }}
{{- with .Values.bootstrap }}
{{- range $kind, $texts := dict "collections" .collections "environments" .environments }}
{{- range $name, $text := $texts }}
{{- if not (regexMatch "^[A-Za-z0-9._-]+$" $name) }}
- {{ printf "bootstrap.%s has the name %s, and names may hold letters, digits, '.', '_' and '-' only." $kind $name | quote }}
{{- end }}
{{- if hasKey (fromJson $text) "Error" }}
- {{ printf "bootstrap.%s.%s is not the text of a JSON object." $kind $name | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
