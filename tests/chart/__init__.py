"""The Helm chart: what it renders for nobody's wishes, and for those of ten installations (`values/`)."""
