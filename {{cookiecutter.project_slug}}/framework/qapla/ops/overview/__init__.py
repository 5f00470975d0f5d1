"""The state of an application as a whole, for the status page: databases, tables, services and workers."""
