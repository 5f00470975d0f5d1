"""Traces by OpenTelemetry: from a request over its statements to the tasks that it sends."""
