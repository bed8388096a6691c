"""Settings: all problems at once, secrets masked, the example file true."""

import re
from pathlib import Path

import pytest

from stockroom.settings import Settings, SettingsInvalid, load_settings, secret_key

EXAMPLE = Path(__file__).parent.parent / ".env.example"


def test_the_example_names_every_setting_with_its_default() -> None:
    shown = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE.read_text("utf-8"), re.MULTILINE))
    assert set(shown) - {"NAME"} == {name.upper() for name in Settings.model_fields}
    given = {name.lower(): value for name, value in shown.items() if value and name != "NAME"}
    defaults = Settings.model_construct()
    assert (
        load_settings(_env_file=None, **given).model_dump()
        == load_settings(_env_file=None, **{name: getattr(defaults, name) for name in given}).model_dump()
    )


def test_lists_every_wrong_value_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "99999")
    monkeypatch.setenv("TIMEZONE", "Europe/Nowhere")
    monkeypatch.setenv("SECRET_KEY", "changeme")
    monkeypatch.setenv("STOCKROOM_MODULES", "selling,flying")
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(_env_file=None)
    named = {problem.partition(":")[0] for problem in refused.value.problems}
    assert named == {"PORT", "TIMEZONE", "SECRET_KEY", "STOCKROOM_MODULES"}
    assert "changeme" not in str(refused.value)


def test_takes_a_secret_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x" * 40 + "\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))
    assert secret_key(load_settings(_env_file=None)) == b"x" * 40


def test_names_a_secret_file_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "gone"))
    with pytest.raises(SettingsInvalid, match="gone"):
        load_settings(_env_file=None)


def test_makes_a_secret_once_and_keeps_it_for_the_owner(tmp_path: Path) -> None:
    settings = load_settings(_env_file=None, stockroom_data_dir=tmp_path)
    made = secret_key(settings)
    assert len(made) == 64
    assert secret_key(settings) == made
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
