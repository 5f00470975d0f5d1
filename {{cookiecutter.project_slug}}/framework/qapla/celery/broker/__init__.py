"""The brokers: queues, delays, and directories in development."""
