{{/* How a role reaches the database: the bundled one, an external one by its parts, or by URLs. */}}

{{/* In: dict root prefix role; prefix: that of the variables; role: owner, catalog, registry or calllog. */}}
{{- define "understudy.databaseVariables" -}}
{{- $external := .root.Values.database.external }}
{{- if eq .root.Values.database.mode "bundled" -}}
- {name: {{ .prefix }}_DATABASE_HOST, value: {{ include "understudy.fullname" .root }}-postgresql}
- {name: {{ .prefix }}_DATABASE_PORT, value: "5432"}
- {name: {{ .prefix }}_DATABASE_NAME, value: understudy}
- {name: {{ .prefix }}_DATABASE_USER, value: {{ ternary "understudy" .role (eq .role "owner") }}}
- {name: {{ .prefix }}_DATABASE_TLS, value: disable}
{{ include "understudy.databasePassword" . }}
{{- else if $external.urlsSecret -}}
- name: {{ .prefix }}_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ ternary ($external.ownerSecret | default $external.urlsSecret) $external.urlsSecret (eq .role "owner") }}
      key: {{ get $external.urlKeys .role }}
{{- include "understudy.databaseAuthorityVariable" . }}
{{- else -}}
- {name: {{ .prefix }}_DATABASE_HOST, value: {{ $external.host | quote }}}
- {name: {{ .prefix }}_DATABASE_PORT, value: {{ $external.port | int | quote }}}
- {name: {{ .prefix }}_DATABASE_NAME, value: {{ $external.name | quote }}}
- {name: {{ .prefix }}_DATABASE_USER, value: {{ get $external.users .role | quote }}}
- {name: {{ .prefix }}_DATABASE_TLS, value: {{ $external.tls.mode }}}
{{- include "understudy.databaseAuthorityVariable" . }}
{{ include "understudy.databasePassword" . }}
{{- end }}
{{- end }}

{{/* In: dict root prefix. */}}
{{- define "understudy.databaseAuthorityVariable" -}}
{{- if .root.Values.database.external.tls.authoritySecret }}
- {name: {{ .prefix }}_DATABASE_AUTHORITY_FILE, value: /etc/understudy/database/ca.crt}
{{- end }}
{{- end }}

{{/* The variable of a role's password. In: dict root prefix role. */}}
{{- define "understudy.databasePassword" -}}
{{- $external := .root.Values.database.external -}}
- name: {{ .prefix }}_DATABASE_PASSWORD
  valueFrom:
    secretKeyRef:
{{- if eq .root.Values.database.mode "bundled" }}
      name: {{ include "understudy.databaseSecretName" .root }}
      key: {{ .role }}-password
{{- else }}
      name: {{ ternary ($external.ownerSecret | default $external.existingSecret) $external.existingSecret (eq .role "owner") }}
      key: {{ get $external.passwordKeys .role }}
{{- end }}
{{- end }}

{{/* What lets the migrations create the services' roles. Where they do not, they still must know other names to grant to. */}}
{{- define "understudy.roleVariables" -}}
{{- $external := .Values.database.external }}
{{- $bundled := eq .Values.database.mode "bundled" }}
{{- $creates := or $bundled $external.createRoles }}
{{- if $creates }}
- {name: UNDERSTUDY_CREATE_ROLES, value: "true"}
{{- end }}
{{- range $role := list "catalog" "registry" "calllog" }}
{{- if not (or $bundled $external.urlsSecret) }}
- {name: {{ upper $role }}_DATABASE_USER, value: {{ get $external.users $role | quote }}}
{{- end }}
{{- if $creates }}
{{ include "understudy.databasePassword" (dict "root" $ "prefix" (upper $role) "role" $role) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Whether an authority's certificate is mounted. */}}
{{- define "understudy.hasDatabaseAuthority" -}}
{{- if and (eq .Values.database.mode "external") .Values.database.external.tls.authoritySecret }}true{{ end }}
{{- end }}

{{- define "understudy.databaseAuthorityVolume" -}}
{{- if include "understudy.hasDatabaseAuthority" . }}
- name: database-authority
  secret:
    secretName: {{ .Values.database.external.tls.authoritySecret }}
    items: [{key: {{ .Values.database.external.tls.authorityKey }}, path: ca.crt}]
{{- end }}
{{- end }}

{{- define "understudy.databaseAuthorityMount" -}}
{{- if include "understudy.hasDatabaseAuthority" . }}
- {name: database-authority, mountPath: /etc/understudy/database, readOnly: true}
{{- end }}
{{- end }}
