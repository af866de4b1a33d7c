{{/* Secrets: existing, or made once. What is made is looked up in the cluster first, and remembered for the rest of the
     rendering, so that the Secret and the checksum of whoever uses it agree. */}}

{{- define "understudy.secretName" -}}
{{- .Values.secrets.existingSecret | default (printf "%s-secrets" (include "understudy.fullname" .)) }}
{{- end }}

{{- define "understudy.databaseSecretName" -}}
{{- printf "%s-database" (include "understudy.fullname" .) }}
{{- end }}

{{/* An environment variable from the suite's Secret. In: dict root name key; key is one of secrets.keys. */}}
{{- define "understudy.secretVariable" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ include "understudy.secretName" .root }}
      key: {{ get .root.Values.secrets.keys .key }}
{{- end }}

{{/* The data of the suite's generated Secret, as YAML of texts. */}}
{{- define "understudy.generatedSecrets" -}}
{{- include "understudy.onceMade" (dict "root" . "name" (include "understudy.secretName" .) "keys" (dict
    .Values.secrets.keys.serviceToken ""
    .Values.secrets.keys.administratorKey "USK-"
)) }}
{{- end }}

{{/* The data of the bundled database's Secret, as YAML of texts. */}}
{{- define "understudy.generatedPasswords" -}}
{{- include "understudy.onceMade" (dict "root" . "name" (include "understudy.databaseSecretName" .) "keys" (dict
    "owner-password" "" "catalog-password" "" "registry-password" "" "calllog-password" ""
)) }}
{{- end }}

{{/* In: dict root name keys; keys: key -> what its value begins with. */}}
{{- define "understudy.onceMade" -}}
{{- $memory := get .root.Values "onceMade" | default dict }}
{{- $_ := set .root.Values "onceMade" $memory }}
{{- if not (hasKey $memory .name) }}
{{- $there := get (lookup "v1" "Secret" .root.Release.Namespace .name | default dict) "data" | default dict }}
{{- $data := dict }}
{{- range $key, $beginning := .keys }}
{{- $_ := set $data $key (get $there $key | b64dec | default (printf "%s%s" $beginning (randAlphaNum 40))) }}
{{- end }}
{{- $_ := set $memory .name $data }}
{{- end }}
{{- toYaml (get $memory .name) }}
{{- end }}

{{/* A checksum of the generated secrets: pods that read them are replaced when they change. Those of existing Secrets are
     not known to the chart. */}}
{{- define "understudy.secretsChecksum" -}}
{{- $generated := list }}
{{- if not .Values.secrets.existingSecret }}
{{- $generated = append $generated (include "understudy.generatedSecrets" .) }}
{{- end }}
{{- if eq .Values.database.mode "bundled" }}
{{- $generated = append $generated (include "understudy.generatedPasswords" .) }}
{{- end }}
{{- join "\n" $generated | sha256sum }}
{{- end }}
