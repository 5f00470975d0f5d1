"""Settings of an application, in layers."""

from qapla.settings.layers import DatabaseSettings, Layers, Settings

__all__ = ["DatabaseSettings", "Layers", "Settings"]
