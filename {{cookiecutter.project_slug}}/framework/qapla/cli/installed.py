"""The project that is installed beside the framework, from its wheel."""

from importlib.metadata import entry_points

from qapla.project import is_installed, root_of


def installed_package() -> str | None:
    """Return the package of the installed project, or None where there is none but a checkout.

    The distribution that has the command `qapla` names its application.
    """
    for script in entry_points(group="console_scripts", name="qapla"):
        factories = script.dist.entry_points if script.dist else ()
        for factory in factories:
            if factory.group == "paste.app_factory" and is_installed(root_of(factory.module)):
                return factory.module
    return None
