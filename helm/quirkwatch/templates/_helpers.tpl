{{- define "quirkwatch.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "quirkwatch.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "quirkwatch.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "quirkwatch.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "quirkwatch.selector" -}}
app.kubernetes.io/name: {{ include "quirkwatch.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "quirkwatch.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "quirkwatch.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "quirkwatch.image" -}}
{{- printf "%s:%s" .Values.image.repository (default (ternary "gpu" "cpu" .Values.gpu.enabled) .Values.image.tag) -}}
{{- end -}}

{{- define "quirkwatch.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "quirkwatch.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "quirkwatch.modelClaim" -}}
{{- if .Values.model.existingClaim -}}
{{- .Values.model.existingClaim -}}
{{- else if .Values.model.claim.enabled -}}
{{- printf "%s-models" (include "quirkwatch.fullname" .) -}}
{{- end -}}
{{- end -}}

{{/* What cannot be meant ends here, with the reason. */}}
{{- define "quirkwatch.check" -}}
{{- $stop := add .Values.preStopSleepSeconds .Values.drainSeconds 10 -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $stop) -}}
{{- fail (printf "terminationGracePeriodSeconds is %d, but preStopSleepSeconds, drainSeconds and 10 s to close take %d: it has to be that at least" (int .Values.terminationGracePeriodSeconds) (int $stop)) -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled .Values.keda.enabled -}}
{{- fail "autoscaling and keda are both enabled: only one of them may set the number of replicas" -}}
{{- end -}}
{{- if and .Values.model.existingClaim .Values.model.claim.enabled -}}
{{- fail "model.existingClaim and model.claim.enabled are both set: the model lies on one volume" -}}
{{- end -}}
{{- if and .Values.model.path (not (include "quirkwatch.modelClaim" .)) -}}
{{- fail (printf "model.path is %q, but there is no volume: set model.existingClaim or model.claim.enabled" .Values.model.path) -}}
{{- end -}}
{{- if and .Values.model.path (not .Values.model.detectorPath) -}}
{{- fail "model.path is set and model.detectorPath is not: a detector belongs to one model" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (ne .Values.service.type "ClusterIP") -}}
{{- fail (printf "serviceMonitor is enabled, but a service of type %s does not publish the management port: metrics are scraped inside only" .Values.service.type) -}}
{{- end -}}
{{- if and .Values.model.init.enabled (not .Values.model.init.image) -}}
{{- fail "model.init is enabled without an image" -}}
{{- end -}}
{{- end -}}
