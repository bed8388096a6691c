"""Collects the words on screen into the catalogues and lists those that still lack a translation."""

import re
import sys
import tomllib
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
DOMAIN = "stockroom"
LANGUAGES = ("pl",)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdif]|\{\w*\}|\$[a-z]\w*")


def catalogue_path(language: str) -> Path:
    return ROOT / "src" / DOMAIN / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def extract_messages(root: Path = ROOT) -> Catalog:
    """Every message that the Python code and the templates under src/ ask gettext for."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]["mappings"]
    found = Catalog(project=DOMAIN, charset="utf-8")
    for name, line, message, comments, context in extract_from_dir(
        root / "src",
        [(mapping["pattern"], mapping["method"]) for mapping in mappings],
        {mapping["pattern"]: {"silent": "false"} for mapping in mappings if mapping["method"] == "jinja2"},
    ):
        found.add(message, None, [(f"src/{name}", line)], auto_comments=comments, context=context)
    return found


def read_catalogue(language: str) -> Catalog | None:
    path = catalogue_path(language)
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN, abort_invalid=True)


def untranslated(wanted: Catalog, catalogue: Catalog | None) -> Iterator[str]:
    """What each message still lacks: a translation, a second look, or the same placeholders."""
    for message in wanted:
        if not message.id:
            continue
        translation = catalogue.get(message.id, message.context) if catalogue is not None else None
        if fault := _fault(message, translation):
            places = ", ".join(f"{path}:{line}" for path, line in message.locations)
            yield f"{fault}: {message.id!r} ({places})"


def _fault(message: Message, translation: Message | None) -> str | None:
    if translation is None:
        return "missing"
    if translation.fuzzy:
        return "fuzzy"
    forms = _forms(translation.string)
    if not forms or not all(forms):
        return "empty"
    allowed = [_placeholders(form) for form in _forms(message.id)]
    if any(_placeholders(form) not in allowed for form in forms):
        return "other placeholders"
    return None


def _forms(text: str | Collection[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def update_catalogue(language: str, wanted: Catalog) -> None:
    """Adds new messages, drops those that nothing asks for, keeps translations; sorted, so that it merges."""
    catalogue = read_catalogue(language) or _new_catalogue(language)
    catalogue.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, no_location=True, sort_output=True, ignore_obsolete=True)


def _new_catalogue(language: str) -> Catalog:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    return Catalog(
        locale=language,
        domain=DOMAIN,
        project=DOMAIN,
        version=version,
        header_comment="# Words of Stockroom on screen.",
        msgid_bugs_address="see the README",
        last_translator="Stockroom",
        language_team="Stockroom",
        revision_date=datetime.now(UTC),
        fuzzy=False,
    )


def main() -> int:
    wanted = extract_messages()
    faults = 0
    for language in LANGUAGES:
        update_catalogue(language, wanted)
        for fault in untranslated(wanted, read_catalogue(language)):
            print(f"{language}: {fault}")
            faults += 1
    print(f"→ {len(wanted)} messages, {faults} to translate in {catalogue_path('pl').relative_to(ROOT)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
