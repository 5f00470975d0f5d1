"""A small project with two databases, as the framework's own tests need one."""

from qapla_sample.application.app import SampleApplication

main = SampleApplication()
