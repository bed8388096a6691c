"""The schema version that the program expects."""

from stockroom.platform import migrate, schema


def test_the_newest_file_is_the_head_of_the_history() -> None:
    assert schema.newest_version() == migrate.head()
