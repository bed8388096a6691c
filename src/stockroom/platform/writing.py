"""The one transaction of a request that writes: its idempotency key is claimed in it, and its answer is held back
until it has committed."""

from typing import Any

from litestar import Request
from litestar.types import ASGIApp, Send
from litestar.utils.scope.state import ScopeState

from stockroom.platform import bearer, idempotency
from stockroom.platform.errors import N_, Conflict
from stockroom.platform.held_answer import BufferedAnswer, replayed
from stockroom.platform.scope import RequestScope, form_value, option_of

AnyRequest = Request[Any, Any, Any]


class AnsweredBefore(Conflict):
    """Nobody sees it: the answer given before takes its place."""

    code = "idempotency.answered"
    sentence = N_("This was done a moment ago.")


class Writing:
    """Below 400 it commits, anything else rolls back.

    A route with ``opt={"transaction": "late"}`` begins it itself, by ``RequestScope.before_transaction``.
    """

    def __init__(self, request: AnyRequest, here: RequestScope, *, told: frozenset[str]) -> None:
        self._request = request
        self._here = here
        self._told = told
        self._is_late = option_of(request, "transaction") == "late"
        self._answer = BufferedAnswer()
        self._key = ""
        self._fingerprint = b""
        self._kept: idempotency.Kept | None = None
        self._has_begun = False

    async def run(self, next_app: ASGIApp, send: Send) -> None:
        """Raises what the application raises, and SecretShownOnce for the repeat of an answer that told a secret."""
        try:
            await self._read_key()
            await self._begin_or_look()
            if self._kept is None:
                body = await self._request.body()
                await next_app(self._request.scope, replayed(body, self._request.receive), self._answer.send)
            await self._end()
        except BaseException:
            # The answer was held back: whoever renders the error may still start one.
            ScopeState.from_scope(self._request.scope).response_started = False
            if self._here.has_connection:
                await self._here.database.abandon(self._here.db)
            raise
        if self._kept is not None and self._kept.body is None:
            raise bearer.SecretShownOnce
        await (self._answer if self._kept is None else BufferedAnswer.replayed(self._kept)).release(send)

    async def _read_key(self) -> None:
        """A visitor has no place of their own to keep answers in; a proof that counts once is kept nowhere."""
        if self._here.identity is None or option_of(self._request, "unkept"):
            return
        self._key = await _idempotency_key(self._request)
        if self._key:
            body = await self._request.body()
            path = self._request.url.path
            self._fingerprint = idempotency.fingerprint(self._here.secret, self._request.method, path, body)

    async def _begin_or_look(self) -> None:
        if self._is_late:
            self._here.begin_late = self._begin_late
            self._kept = await self._earlier()
        else:
            await self._begin()

    async def _begin(self) -> None:
        await self._here.database.begin(self._here.db)
        self._has_begun = True
        if self._key:
            self._kept = await idempotency.claim(
                self._here.db, account_id=self._here.keeper, key=self._key, print_=self._fingerprint
            )

    async def _begin_late(self) -> None:
        await self._begin()
        if self._kept is not None:
            raise AnsweredBefore

    async def _earlier(self) -> idempotency.Kept | None:
        if not self._key:
            return None
        return await idempotency.find_kept(
            self._here.db, account_id=self._here.keeper, key=self._key, print_=self._fingerprint
        )

    async def _end(self) -> None:
        here = self._here
        if self._kept is None and self._answer.status < 400 and not here.refused:
            if not self._has_begun:
                raise RuntimeError("a late transaction was never begun")
            await self._keep()
            await here.database.complete(here.db)
            return
        if not here.has_connection:
            return
        await here.database.abandon(here.db)
        if not self._has_begun and self._kept is None:
            # Refused because its twin has done it meanwhile: a link used up, a password changed.
            self._kept = await self._earlier()

    async def _keep(self) -> None:
        here, answer = self._here, self._answer
        if self._key:
            body = None if option_of(self._request, "secret_answer") else answer.body
            await idempotency.keep(
                here.db, account_id=here.keeper, key=self._key, status=answer.status, headers=answer.headers,
                body=body,
            )  # fmt: skip
        for entry in here.db.pending_audit:
            # Changes about access are security events besides being audited.
            if entry.action in self._told:
                here.note(entry.action, about=entry.entity_id)


async def _idempotency_key(request: AnyRequest) -> str:
    key = request.headers.get(idempotency.HEADER)
    if key is None:
        key = await form_value(request, idempotency.FIELD)
        return idempotency.check_key(key) if key else ""
    return idempotency.check_key(key)
