"""The settings of the sample on MariaDB."""
