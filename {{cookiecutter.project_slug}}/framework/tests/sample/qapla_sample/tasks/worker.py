"""The Celery application of the sample."""

from qapla_sample import main

app = main.celery
