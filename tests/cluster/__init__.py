"""The chart run for real without a cluster: its rendered manifests, started with Docker as they are written."""
