"""Types that Litestar alone would describe untruly in the API's description."""

from decimal import Decimal

from litestar._openapi.schema_generation import SchemaCreator
from litestar.openapi.spec import Reference, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition


class ExactNumbers(OpenAPISchemaPlugin):
    """Decimals are sent as exact JSON numbers (docs/decisions/0006), not as text."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return field_definition.annotation is Decimal

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        if not schema_creator.is_constrained_field(field_definition):
            return Schema(type=OpenAPIType.NUMBER)
        limited = schema_creator.for_constrained_field(field_definition)
        assert not isinstance(limited, Reference)
        return limited


class OpenUnions(OpenAPISchemaPlugin):
    """An answer of one shape or another may fit both (what was is a part of what is): ``anyOf``, not ``oneOf``."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        return field_definition.is_union and not field_definition.is_optional

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: SchemaCreator) -> Schema:
        return Schema(any_of=schema_creator.for_union_field(field_definition).one_of)
