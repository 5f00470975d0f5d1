"""Read and write drivers (CQRS): the queries and writes of an application, for one model each.

A driver is built from a session and holds nothing else. Read drivers may be served by the database's
reader; write drivers flush, and the caller commits.
"""

from qapla.driver.listing.page import Page
from qapla.driver.mapping.criteria import Between, Equals, OneOf, StartsWith
from qapla.driver.read import ReadDriver
from qapla.driver.write import WriteDriver

__all__ = ["Between", "Equals", "OneOf", "Page", "ReadDriver", "StartsWith", "WriteDriver"]
