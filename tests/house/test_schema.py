"""docs/schema.sql is what the migrations make."""

from scripts.schema import SCHEMA, dump_schema, normalised
from stockroom.platform.embedded import EmbeddedPostgres
from tests.conftest import as_owner


def test_the_written_schema_is_the_migrated_one(clones, tmp_path):
    pg_dump = EmbeddedPostgres(tmp_path).bin / "pg_dump"
    assert dump_schema(pg_dump, as_owner(clones.make())) == SCHEMA.read_text("utf-8"), "run `make schema`"


def test_versions_and_session_settings_are_left_out_and_the_rest_stays():
    table = "CREATE TABLE a.b (\n    c text\n);\n"
    noise = "--\n-- Dumped from database version 18.6\n\nSET lock_timeout = 0;\n\n\n\\restrict abc\n"
    assert normalised(noise + table) == table
