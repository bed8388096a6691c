"""Events inside one transaction: a lower module says what happens, higher ones take part or refuse.

The composition root registers the subscribers; every connection of its database carries them. What must
leave the transaction (mail, jobs) does not belong here.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from stockroom.platform.access import Actor

if TYPE_CHECKING:
    from stockroom.platform.db import Connection


class Event(msgspec.Struct, frozen=True):
    """Something that happens in this transaction. Modules derive their own, with the facts as fields."""


E = TypeVar("E", bound=Event)
E_contra = TypeVar("E_contra", bound=Event, contravariant=True)


class Subscriber(Protocol[E_contra]):
    """Takes part in the publisher's transaction; a Refusal that it raises refuses the whole."""

    def __call__(
        self, db: Connection, event: E_contra, /, *, actor: Actor, at: datetime
    ) -> Awaitable[None]: ...


class Events:
    """Who listens to what. Filled by the composition root, then only read."""

    def __init__(self) -> None:
        self._subscribers: dict[type[Event], list[Subscriber[Any]]] = {}

    def subscribe(self, kind: type[E], subscriber: Subscriber[E]) -> None:
        """Subscribers of one kind are called in the order they came."""
        self._subscribers.setdefault(kind, []).append(subscriber)

    def subscribers_of(self, event: Event) -> tuple[Subscriber[Any], ...]:
        return tuple(self._subscribers.get(type(event), ()))


async def publish(db: Connection, event: Event, *, actor: Actor, at: datetime) -> None:
    """Call every subscriber in this transaction, one after the other. Raises what they refuse."""
    for subscriber in db.events.subscribers_of(event):
        await subscriber(db, event, actor=actor, at=at)
