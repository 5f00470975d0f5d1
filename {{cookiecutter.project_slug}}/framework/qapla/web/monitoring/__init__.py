"""The requests as operators see them: the access log, probes, metrics and traces."""
