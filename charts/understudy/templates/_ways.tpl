{{/* Ways in from outside: the hosts of each part, and the gRPC services that are reached by their names. */}}

{{/* The gRPC services by component: a route is chosen by the service that a call names. */}}
{{- define "understudy.grpcServices" -}}
catalog:
  - understudy.catalog.v1.CollectionService
  - understudy.catalog.v1.EnvironmentService
  - understudy.catalog.v1.ExampleService
  - understudy.catalog.v1.WatchService
registry:
  - understudy.registry.v1.AccountService
  - understudy.registry.v1.ApiKeyService
  - understudy.registry.v1.MockService
  - understudy.registry.v1.WatchService
calllog:
  - understudy.calllog.v1.CallLogService
{{- end }}

{{/* The hosts of a part of `ingress` or `gatewayApi`. In: dict root part way. */}}
{{- define "understudy.hosts" -}}
{{- with (get .way .part).host }}
- {{ . }}
{{- end }}
{{- if and (eq .part "edge") .root.Values.mocks.domain }}
- "*.{{ .root.Values.mocks.domain }}"
{{- end }}
{{- end }}

{{/* What ingress-nginx must be told: that calls may take as long as the longest delay, how large a body may be, and how
     the services are spoken to. In: dict root part. */}}
{{- define "understudy.nginxAnnotations" -}}
{{- $seconds := add .root.Values.edge.longestDelaySeconds 15 }}
{{- if eq .part "grpc" }}
nginx.ingress.kubernetes.io/backend-protocol: {{ ternary "GRPCS" "GRPC" .root.Values.tls.enabled }}
nginx.ingress.kubernetes.io/proxy-body-size: "0"
nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"
nginx.ingress.kubernetes.io/proxy-send-timeout: "3600"
{{- if .root.Values.tls.enabled }}
nginx.ingress.kubernetes.io/proxy-ssl-secret: {{ .root.Release.Namespace }}/{{ include "understudy.tlsSecretName" (dict "root" .root "owner" "client") }}
nginx.ingress.kubernetes.io/proxy-ssl-verify: "on"
nginx.ingress.kubernetes.io/proxy-ssl-server-name: "on"
nginx.ingress.kubernetes.io/proxy-ssl-name: {{ include "understudy.fullname" .root }}-{{ .component }}
{{- end }}
{{- else }}
nginx.ingress.kubernetes.io/proxy-body-size: {{ include "understudy.text" (get (get .root.Values .part).settings "maximumBodyBytes" | default (ternary 1048576 105906176 (eq .part "edge"))) | quote }}
nginx.ingress.kubernetes.io/proxy-read-timeout: {{ $seconds | quote }}
nginx.ingress.kubernetes.io/proxy-next-upstream: "off"
{{- end }}
{{- end }}
