"""The types of fields by their names in the notation."""

from qapla.scaffold.fields.types.base import Type
from qapla.scaffold.fields.types.numbers import Bool, Decimal, Float, Integer
from qapla.scaffold.fields.types.reference import Reference
from qapla.scaffold.fields.types.texts import Bytes, Enum, Json, Str, Text, Uuid
from qapla.scaffold.fields.types.times import Date, DateTime

TYPES: dict[str, Type] = {
    "str": Str(),
    "text": Text(),
    "int": Integer(32, "", "sa.Integer()"),
    "bigint": Integer(64, "BigInteger", "sa.BigInteger()"),
    "float": Float(),
    "decimal": Decimal(),
    "bool": Bool(),
    "date": Date(),
    "datetime": DateTime(),
    "uuid": Uuid(),
    "json": Json(),
    "bytes": Bytes(),
    "enum": Enum(),
}
REFERENCE = Reference()
