"""How the query parameters of a stock card are documented."""

from dataclasses import dataclass

from litestar.openapi.spec import Operation, Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

_TEXT = OpenAPIType.STRING
_UUID = Schema(type=_TEXT, format=OpenAPIFormat.UUID)
_DAY = Schema(type=_TEXT, format=OpenAPIFormat.DATE)
_PARAMETERS = (
    ("product_id", _UUID, "The product; not needed beside a batch."),
    ("batch_id", _UUID, "One batch of it."),
    ("place_id", _UUID, "At this place; without it at all places together."),
    ("from", _DAY, "First local day."),
    ("to", _DAY, "Last local day."),
    ("sort", Schema(type=_TEXT, enum=["seq", "-seq"]), "Order of the ledger, or newest first."),
    ("limit", Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=100), "Rows, 50 unless told."),
    ("cursor", Schema(type=_TEXT), "next_cursor of the stretch before."),
)


@dataclass
class CardOperation(Operation):
    """The operation of a stock card, with its parameters."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), *(_parameter(*item) for item in _PARAMETERS)]


def _parameter(name: str, schema: Schema, description: str) -> Parameter:
    return Parameter(name=name, param_in="query", schema=schema, description=description, required=False)
