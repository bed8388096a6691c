"""The mailbox folder, where no mail server is set: for its owner, one file a message, read again as it was."""

from pathlib import Path

import pytest

from stockroom.platform.db import Database
from stockroom.platform.errors import NotFound
from stockroom.platform.mail import transport_of
from stockroom.platform.mail.mailbox import get_from_mailbox, list_mailbox
from stockroom.settings import Settings, load_settings
from tests.platform.mail.ground import post, sender_of


async def test_keeps_messages_for_the_owner_and_reads_them_again(
    database: Database, settings: Settings
) -> None:
    await post(database, "anna@szpital.example", language="pl")
    await post(database, "jan@szpital.example", language="en")
    await sender_of(settings, database, transport_of(settings)).send_due()
    assert settings.mailbox.stat().st_mode & 0o777 == 0o700
    files = sorted(settings.mailbox.iterdir())
    assert [path.suffix for path in files] == [".eml", ".eml"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    newest, oldest = await list_mailbox(settings.mailbox)
    assert (newest.recipient, oldest.recipient) == ("jan@szpital.example", "anna@szpital.example")
    assert oldest.subject == "Zmiana zabezpieczeń Twojego konta"
    assert "Twoje hasło zostało zmienione." in oldest.text
    assert oldest.links == ["http://127.0.0.1:8080/forgot", "http://127.0.0.1:8080"]
    assert await get_from_mailbox(settings.mailbox, newest.name) == newest


async def test_a_second_try_replaces_the_first(database: Database, settings: Settings) -> None:
    await post(database, "anna@szpital.example")
    await sender_of(settings, database, transport_of(settings)).send_due()
    async with database.transaction() as db:
        await db.execute(
            "update platform.outbox set state = 'waiting', body_text = 'again', body_html = 'again', ended_at = null,"
            " due_at = now()"
        )
    await sender_of(settings, database, transport_of(settings)).send_due()
    (only,) = await list_mailbox(settings.mailbox)
    assert only.text.strip() == "again"


async def test_an_empty_mailbox_is_no_fault(tmp_path: Path) -> None:
    assert await list_mailbox(tmp_path / "nowhere") == []


@pytest.mark.parametrize("name", ["", "..", "../secret_key", "0" * 31, "0" * 32, "A" * 32, "0" * 32 + "\n"])
async def test_other_files_are_not_there(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "mailbox"
    folder.mkdir()
    (tmp_path / "secret_key.eml").write_text("secret")
    (folder / "A.eml").write_text("From: x\n\nsecret")
    with pytest.raises(NotFound):
        await get_from_mailbox(folder, name)
    assert await list_mailbox(folder) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, False),
        ({"environment": "development"}, True),
        ({"environment": "development", "smtp_host": "mail.example", "mail_from": "a@b.example"}, False),
        ({"environment": "test"}, False),
    ],
)
def test_is_shown_in_development_without_a_mail_server_alone(given: dict[str, str], shown: bool) -> None:
    assert load_settings(_env_file=None, **given).shows_mailbox is shown
