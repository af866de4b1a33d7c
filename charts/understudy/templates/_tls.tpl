{{/* Mutual TLS between the services: whose certificate lies in which Secret, and where a process finds it.
     Owners of certificates are the five services, and "client": bootstrap and `helm test`. */}}

{{/* In: dict root owner. */}}
{{- define "understudy.tlsSecretName" -}}
{{- if eq .root.Values.tls.source "existing" }}
{{- get .root.Values.tls.existingSecrets .owner }}
{{- else }}
{{- printf "%s-%s-tls" (include "understudy.fullname" .root) .owner }}
{{- end }}
{{- end }}

{{/* In: dict root prefix. */}}
{{- define "understudy.tlsVariables" -}}
{{- if .root.Values.tls.enabled }}
- {name: {{ .prefix }}_TLS_CERTIFICATE_FILE, value: /etc/understudy/tls/tls.crt}
- {name: {{ .prefix }}_TLS_KEY_FILE, value: /etc/understudy/tls/tls.key}
- {name: {{ .prefix }}_TLS_AUTHORITY_FILE, value: /etc/understudy/tls/ca.crt}
{{- end }}
{{- end }}

{{/* In: dict root owner. */}}
{{- define "understudy.tlsVolume" -}}
{{- if .root.Values.tls.enabled }}
- name: tls
  secret:
    secretName: {{ include "understudy.tlsSecretName" . }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{- define "understudy.tlsMount" -}}
{{- if .Values.tls.enabled }}
- {name: tls, mountPath: /etc/understudy/tls, readOnly: true}
{{- end }}
{{- end }}
