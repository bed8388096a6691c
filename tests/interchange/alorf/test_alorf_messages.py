"""Every code has its sentence, and every sentence its code."""

import re
from pathlib import Path

from stockroom import interchange
from stockroom.interchange.alorf.messages import MESSAGES, message_for
from stockroom.platform.files import archive

CALL = re.compile(
    r"\b(?:change|note|Finding|RecordError|SourceFileError|_refuse)\(\s*\"(\w+)\""
    r"|file_line\(\s*\"\w+\",\s*\"(\w+)\""
)


ARCHIVE = re.compile(r"ArchiveRefused\(\s*\"(\w+)\"")


def sources() -> str:
    house = Path(interchange.__file__).parent
    files = [*(house / "alorf").glob("*.py"), *(house / "actions").glob("*.py")]
    return "\n".join(path.read_text("utf-8") for path in files if path.name != "messages.py")


def refusals_of_archives() -> set[str]:
    return {f"zip_{code}" for code in ARCHIVE.findall(Path(archive.__file__).read_text("utf-8"))}


def test_every_code_said_has_a_message() -> None:
    said = {first or second for first, second in CALL.findall(sources())}
    said |= refusals_of_archives()
    assert len(said) > 50
    assert said <= MESSAGES.keys()


def test_every_message_is_said_somewhere() -> None:
    quoted = set(re.findall(r"\"(\w+)\"", sources())) | refusals_of_archives()
    assert MESSAGES.keys() - quoted == set()


def test_every_code_is_explained_in_the_guide() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "migrate.md").read_text(encoding="utf-8")
    assert {code for code in MESSAGES if f"`{code}`" not in guide} == {"taken"}


def test_a_sentence_carries_its_details_even_when_they_look_like_placeholders() -> None:
    assert message_for("sex_unknown", {"text": "{x}"}) == "The sex {x} is not known."
    assert message_for("supplier_gone", {}) == "The supplier ? is gone."
