"""Metrics of a process or of several ones, in the format of Prometheus, by `prometheus-client`."""
