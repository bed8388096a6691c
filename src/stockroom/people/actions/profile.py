"""What people change about themselves: profile, password, look and language, own sessions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from stockroom.people import queries
from stockroom.people.actions.access import end_sessions, replace_password
from stockroom.people.actions.accounts import Language, note_new_address, require_free_login
from stockroom.people.actions.notices import PASSWORD_CHANGED, tell_security
from stockroom.people.actions.sign_in import SignedIn, renew_session
from stockroom.people.errors import PasswordWrong, TimeZoneUnknown
from stockroom.people.passwords import ChosenPassword, Policy
from stockroom.people.queries.accounts import Account
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import NotFound, VersionStale
from stockroom.platform.fields import ONE_LINE, Email, Line, Name, StructInput
from stockroom.platform.i18n import zone_names
from stockroom.platform.sessions import Identity

UPDATE_PROFILE = """
update people.account
set name = %(name)s, email = %(email)s, phone = %(phone)s, time_zone = %(time_zone)s, version = version + 1
where id = %(id)s and version = %(version)s
"""
SET_THEME = "update people.account set theme = %(theme)s where id = %(id)s"
SET_LANGUAGE = "update people.account set language = %(language)s where id = %(id)s"
END_ONE_SESSION = "delete from people.session where id = %(id)s and account_id = %(account_id)s"

Theme = Literal["auto", "light", "dark"]


class ProfileInput(StructInput, frozen=True, kw_only=True):
    """What people may change about themselves. Without a time zone moments are shown in the organisation's."""

    name: Annotated[Name, Meta(examples=["Anna Nowak"])]
    email: Annotated[Email, Meta(examples=["anna.nowak@hospital.example"])] = ""
    phone: Annotated[Line, Meta(examples=["+48 22 123 45 67"])] = ""
    time_zone: Annotated[str, Meta(max_length=64, pattern=ONE_LINE, examples=["Europe/Warsaw"])] | None = None


class PasswordChange(StructInput, frozen=True, kw_only=True):
    """The present password, and the one to come."""

    old_password: Annotated[str, Meta(max_length=256)]
    password: Annotated[str, Meta(max_length=256)]


class ThemeChoice(StructInput, frozen=True, kw_only=True):
    """How pages look; ``auto`` follows the device."""

    theme: Theme


class LanguageChoice(StructInput, frozen=True, kw_only=True):
    """The language of pages and messages."""

    language: Language


async def update_profile(
    db: Connection, *, identity: Identity, profile: ProfileInput, version: int, actor: Actor
) -> Account:
    """A new address is told to the old one. Raises EmailTaken, TimeZoneUnknown, VersionStale."""
    if profile.time_zone is not None and profile.time_zone not in zone_names():
        raise TimeZoneUnknown
    before = await queries.get_account(db, identity.account_id)
    await require_free_login(db, username=before.username, email=profile.email, own_id=before.id)
    params = {
        "id": before.id,
        "version": version,
        "name": profile.name.strip(),
        "email": profile.email,
        "phone": profile.phone,
        "time_zone": profile.time_zone,
    }
    if not await execute(db, UPDATE_PROFILE, params):
        raise VersionStale
    await note_new_address(db, before, profile.email)
    after = await queries.get_account(db, before.id)
    audit.record(db, actor, "people.profile.update", "account", before.id, before=before, after=after)
    return after


async def change_password(
    db: Connection,
    *,
    identity: Identity,
    proved: str,
    password: ChosenPassword,
    policy: Policy,
    actor: Actor,
    at: datetime,
) -> tuple[int, SignedIn]:
    """Ends the person's other sessions, answers how many, and tells the person by mail. The one that asks goes on
    under a new id, which is answered too: whoever copied its cookie is out as well. ``proved`` is the hash that the
    old password was compared with.

    Raises PasswordWrong where it is the person's no more, PasswordWeak.
    """
    account = await queries.get_account(db, identity.account_id)
    await queries.hold_account(db, account.id)
    if await queries.find_password_hash(db, account.id) != proved:
        raise PasswordWrong
    await replace_password(db, account, password=password, policy=policy, at=at)
    ended = await end_sessions(db, account.id, besides=identity.session_id)
    audit.record(
        db, actor, "people.profile.change_password", "account", account.id, after={"sessions_ended": ended}
    )
    await tell_security(db, account, PASSWORD_CHANGED, at=at)
    return ended, await renew_session(db, identity=identity)


async def choose_theme(db: Connection, *, identity: Identity, choice: ThemeChoice, actor: Actor) -> None:
    await execute(db, SET_THEME, {"id": identity.account_id, "theme": choice.theme})
    _chosen(db, identity, actor, {"theme": identity.theme}, {"theme": choice.theme})


async def choose_language(
    db: Connection, *, identity: Identity, choice: LanguageChoice, actor: Actor
) -> None:
    await execute(db, SET_LANGUAGE, {"id": identity.account_id, "language": choice.language})
    _chosen(db, identity, actor, {"language": identity.language}, {"language": choice.language})


def _chosen(
    db: Connection, identity: Identity, actor: Actor, before: dict[str, str | None], after: dict[str, str]
) -> None:
    if before != after:
        audit.record(
            db, actor, "people.profile.update", "account", identity.account_id, before=before, after=after
        )


async def end_session(db: Connection, *, identity: Identity, session_id: UUID, actor: Actor) -> None:
    """One of the person's own sessions. Raises NotFound for anybody else's too."""
    if not await execute(db, END_ONE_SESSION, {"id": session_id, "account_id": identity.account_id}):
        raise NotFound
    audit.record(
        db, actor, "people.session.end", "account", identity.account_id, before={"session": session_id}
    )


async def end_other_sessions(db: Connection, *, identity: Identity, actor: Actor) -> int:
    """Every session of the person besides the one that asks; answers how many ended."""
    ended = await end_sessions(db, identity.account_id, besides=identity.session_id)
    if ended:
        audit.record(
            db, actor, "people.session.end", "account", identity.account_id, after={"sessions_ended": ended}
        )
    return ended
