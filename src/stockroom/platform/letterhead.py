"""What every mail carries of the organisation; each database connection knows it."""

from zoneinfo import ZoneInfo

import msgspec

from stockroom.settings import Settings


class Letterhead(msgspec.Struct, frozen=True):
    """``base_url`` begins every link, without a slash at its end; ``language`` is for people who chose none."""

    organisation: str = "Stockroom"
    base_url: str = "http://127.0.0.1:8080"
    language: str = "en"
    zone: ZoneInfo = ZoneInfo("Europe/Warsaw")


def letterhead_of(settings: Settings) -> Letterhead:
    return Letterhead(settings.organisation, settings.own_url, settings.default_language, settings.zone)
