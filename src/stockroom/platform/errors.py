"""The four kinds of refusal, so that none forgets its status, and the few that the edge itself makes.

A refusal is a class with a stable ``code``, one plain sentence (English source, translated at the edge)
and the facts that fill the sentence. Two edges render it: problem JSON, or the page again with the
message at its field.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec


def N_(sentence: str) -> str:  # noqa: N802  (gettext's conventional marker: collect, translate later)
    """Mark a sentence for the catalogue without translating it here."""
    return sentence


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong at one place of the input. ``at`` is a JSON pointer such as ``/lines/0/quantity``."""

    at: str
    code: str
    sentence: str
    facts: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])


class Refusal(Exception):
    """A polite no. Raising one rolls the transaction back: a refusal writes nothing."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    sentence: ClassVar[str] = N_("This was refused.")
    at: ClassVar[str] = ""
    mended_at: ClassVar[str] = ""
    """The page where a person can do something about it, and from where they come back."""

    def __init__(self, *, at: str | None = None, errors: Sequence[FieldError] = (), **facts: Any) -> None:
        super().__init__(type(self).code)
        self.facts = facts
        pointer = type(self).at if at is None else at
        own = [FieldError(pointer, type(self).code, type(self).sentence, facts)] if pointer else []
        self.errors: list[FieldError] = [*own, *errors]

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence.format(**self.facts)} {self.errors}"


class Invalid(Refusal):
    """The input itself is wrong: 422."""

    code = "input.invalid"
    status = 422
    sentence = N_("Some of the input is not right. Each field says what to change.")


class Unauthenticated(Refusal):
    """Nobody is signed in: 401."""

    code = "auth.required"
    status = 401
    sentence = N_("Please sign in first.")
    mended_at = "/sign-in"


class SecondFactorRequired(Unauthenticated):
    """The password was right; who they are is not proved yet: 401."""

    code = "auth.second_factor_required"
    sentence = N_("The second factor is still missing. Finish signing in first.")
    mended_at = "/sign-in/second-factor"


class Forbidden(Refusal):
    """This person may not do this: 403."""

    code = "access.denied"
    status = 403
    sentence = N_("You do not have the permission for this.")


class SecondFactorSetupRequired(Forbidden):
    """The role asks for a second factor, and the person has none yet."""

    code = "auth.second_factor_setup_required"
    sentence = N_("Your role needs a second factor. Set one up; everything else opens after that.")
    mended_at = "/me/security"


class StepUpRequired(Forbidden):
    """Too long ago that the person proved who they are, for a thing like this."""

    code = "auth.step_up_required"
    sentence = N_("Please prove once more that it is you.")
    mended_at = "/step-up"


class NotFound(Refusal):
    """There is no such thing, or none that this person may see: 404."""

    code = "not_found"
    status = 404
    sentence = N_("There is nothing here. It may have been moved, or the address is mistyped.")


class Conflict(Refusal):
    """The input is fine but the state of the world says no: 409."""

    code = "conflict"
    status = 409
    sentence = N_("This no longer fits the present state. Please look again.")


class VersionStale(Conflict):
    code = "version.stale"
    sentence = N_("Someone else changed this in the meantime. Load it again and repeat your change.")


class VersionMissing(Invalid):
    code = "version.missing"
    sentence = N_("Say which version you saw: send it in If-Match or in the field “version”.")
    at = "/version"


class IdempotencyMismatch(Conflict):
    code = "idempotency.mismatch"
    sentence = N_("This idempotency key was already used for a different request.")


class MethodNotAllowed(Refusal):
    code = "method.not_allowed"
    status = 405
    sentence = N_("This address does not accept that method.")


class TooLarge(Refusal):
    code = "request.too_large"
    status = 413
    sentence = N_("The request is too large.")


class Unavailable(Refusal):
    code = "service.unavailable"
    status = 503
    sentence = N_("The system is busy or its database is away. Please try again in a moment.")


class Internal(Refusal):
    code = "internal"
    status = 500
    sentence = N_("Something went wrong on our side. Nothing was saved. Give the request number to support.")


def field_invalid(at: str, code: str, sentence: str, **facts: Any) -> Invalid:
    """One wrong field, for rules that check a value the type cannot express."""
    return Invalid(errors=[FieldError(at, code, sentence, facts)])


TITLES: dict[int, str] = {
    401: N_("Please sign in"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Not that way"),
    409: N_("Not possible as things stand"),
    413: N_("Too large"),
    422: N_("Please check the input"),
    429: N_("Too many requests"),
    500: N_("Something went wrong"),
    503: N_("Please try again in a moment"),
}
"""The headline of an error page, by status."""
