"""Settings of an application, in layers."""

from qapla.settings.loader import SettingsLoader
from qapla.settings.models import DatabaseSettings, MetricsSettings, Settings

__all__ = ["DatabaseSettings", "MetricsSettings", "Settings", "SettingsLoader"]
