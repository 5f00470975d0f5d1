"""Column types that SQLAlchemy lacks, or has otherwise on each engine.

They are for models and for revisions. The types of SQLAlchemy serve for everything else: `String`,
`Integer`, `BigInteger`, `Double`, `Boolean`, `Date`, `Uuid`.
"""

from qapla.database.types.choice import Choice
from qapla.database.types.decimals import ExactDecimal
from qapla.database.types.moments import UtcDateTime, utc_now
from qapla.database.types.variants import Json, LongBytes, LongText

__all__ = [
    "Choice",
    "ExactDecimal",
    "Json",
    "LongBytes",
    "LongText",
    "UtcDateTime",
    "utc_now",
]
