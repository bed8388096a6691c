"""Types that Litestar alone would describe untruly in the API's description."""

from types import UnionType

from litestar._openapi.schema_generation import SchemaCreator
from litestar.openapi.spec import Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition


class OpenUnions(OpenAPISchemaPlugin):
    """A field of one shape or another may fit both (what was is a part of what is): ``anyOf``, not ``oneOf``.

    Litestar asks a plugin only for types that have a name, which a union that is a whole answer has not.
    """

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        named = not isinstance(field_definition.annotation, UnionType)
        return named and field_definition.is_union and not field_definition.is_optional

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        return Schema(any_of=schema_creator.for_union_field(field_definition).one_of)
