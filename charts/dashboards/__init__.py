"""Grafana's dashboards of the suite as tables of panels, from which their JSON is made."""
