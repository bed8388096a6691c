"""English is the source and Polish is complete: nothing missing, empty, unsure or with other placeholders."""

import pytest
from babel.messages.catalog import Catalog

from scripts.messages import LANGUAGES, extract_messages, read_catalogue, untranslated


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return extract_messages()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(wanted, language):
    assert list(untranslated(wanted, read_catalogue(language))) == []


def test_messages_are_found_in_code_and_in_templates(tmp_path):
    templates = tmp_path / "src/stockroom/stock/templates/stock"
    templates.mkdir(parents=True)
    (templates / "card.html").write_text(
        '{{ _("Stock card") }}'
        "{% trans count=n %}{{ count }} batch{% pluralize %}{{ count }} batches{% endtrans %}"
    )
    (tmp_path / "src/stockroom/stock/errors.py").write_text(
        'sentence = N_("Only %(available)s are there.")\n'
    )
    messages = {message.id for message in extract_messages(tmp_path) if message.id}
    assert messages == {
        "Stock card",
        ("%(count)s batch", "%(count)s batches"),
        "Only %(available)s are there.",
    }


@pytest.mark.parametrize(
    ("message", "translation"),
    [
        ("Stock card", ""),
        ("Only %(available)s are there.", "Jest tylko %(dostępne)s."),
        ("Only %(available)s are there.", "Jest tylko tyle."),
        ("Batch {code}", "Partia {kod}"),
        ("Row $row", "Wiersz $wiersz"),
        (("%(n)s batch", "%(n)s batches"), ("%(n)s partia", "%(n)s partie", "")),
    ],
)
def test_the_rule_sees_a_poor_translation(message, translation):
    assert list(untranslated(_catalogue(message), _catalogue(message, translation)))


def test_the_rule_sees_missing_and_fuzzy_ones():
    wanted = _catalogue("Stock card")
    assert list(untranslated(wanted, None))
    assert list(untranslated(wanted, _catalogue("Batch", "Partia")))
    unsure = _catalogue("Stock card", "Karta magazynowa")
    unsure["Stock card"].flags.add("fuzzy")
    assert list(untranslated(wanted, unsure))


@pytest.mark.parametrize(
    ("message", "translation"),
    [
        ("Stock card", "Karta magazynowa"),
        ("Only %(available)s are there.", "Jest tylko %(available)s."),
        (("One batch", "%(n)s batches"), ("Jedna partia", "%(n)s partie", "%(n)s partii")),
    ],
)
def test_a_good_translation_passes(message, translation):
    assert list(untranslated(_catalogue(message), _catalogue(message, translation))) == []


def _catalogue(message: str | tuple[str, str], translation: str | tuple[str, ...] | None = None) -> Catalog:
    catalogue = Catalog(locale="pl")
    catalogue.add(message, translation)
    return catalogue
