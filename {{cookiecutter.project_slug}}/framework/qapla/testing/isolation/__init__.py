"""The transaction of a test, and the resources that it leaves behind."""
