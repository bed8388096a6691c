"""Passkeys: what a browser is asked, and whether its answer is good (P4).

Source: W3C Web Authentication Level 3, §7.1 and §7.2, as the library ``webauthn`` does them. Attestation is not
asked for: which make of authenticator people use is theirs to choose.
"""

import binascii
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from stockroom.people.errors import PasskeyRefused
from stockroom.platform.fields import StructInput

Base64Url = Annotated[str, Meta(max_length=16_384, pattern=r"^[A-Za-z0-9_-]*={0,2}$(?!\n)")]
Options = dict[str, Any]
"""``PublicKeyCredential…OptionsJSON`` of the standard: made here, read by the browser alone."""


class Place(msgspec.Struct, frozen=True):
    """Where passkeys are good: the id and the origin that browsers compare."""

    rp_id: str
    origin: str
    name: str


class NewPasskeyAnswer(StructInput, frozen=True, kw_only=True):
    """What the browser says of a passkey it made; bytes in base64url."""

    id: Base64Url
    client_data: Base64Url
    attestation: Base64Url


class PasskeyAnswer(StructInput, frozen=True, kw_only=True):
    """What the browser says of a passkey that was used; bytes in base64url."""

    id: Base64Url
    client_data: Base64Url
    authenticator_data: Base64Url
    signature: Base64Url
    user_handle: Base64Url | None = None


class MadePasskey(msgspec.Struct, frozen=True):
    """What is kept of a new passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    synced: bool


def find_place(public_url: str, name: str) -> Place | None:
    """None where browsers allow no passkeys: at an address in numbers, or without TLS away from this machine."""
    url = urlsplit(public_url)
    host = url.hostname or ""
    if _is_number(host) or (url.scheme != "https" and host != "localhost"):
        return None
    default = {"http": 80, "https": 443}[url.scheme]
    port = "" if url.port in (None, default) else f":{url.port}"
    return Place(rp_id=host, origin=f"{url.scheme}://{host}{port}", name=name)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def creation_options(
    place: Place, *, challenge: bytes, handle: bytes, username: str, name: str, known: Sequence[bytes]
) -> Options:
    """Asks for a discoverable passkey that verifies its user and is none of the known ones."""
    return options_to_json_dict(
        generate_registration_options(
            rp_id=place.rp_id,
            rp_name=place.name,
            user_id=handle,
            user_name=username,
            user_display_name=name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known],
        )
    )


def request_options(place: Place, *, challenge: bytes) -> Options:
    """Asks for any passkey of this place. It names none, so it tells nothing of any account."""
    return options_to_json_dict(
        generate_authentication_options(
            rp_id=place.rp_id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
    )


def challenge_of(client_data: str) -> bytes:
    """The challenge that the browser says it signed. Raises PasskeyRefused."""
    try:
        return parse_client_data_json(base64url_to_bytes(client_data)).challenge
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused from error


def credential_id_of(answer: PasskeyAnswer) -> bytes:
    """Raises PasskeyRefused."""
    return _decoded(answer.id)


def handle_of(answer: PasskeyAnswer) -> bytes | None:
    """The account id that the passkey was made for, where the browser tells it. Raises PasskeyRefused."""
    return _decoded(answer.user_handle) if answer.user_handle else None


def _decoded(text: str) -> bytes:
    try:
        return base64url_to_bytes(text)
    except (binascii.Error, ValueError) as error:
        raise PasskeyRefused from error


def check_new(answer: NewPasskeyAnswer, place: Place, *, challenge: bytes) -> MadePasskey:
    """Raises PasskeyRefused."""
    response = {"clientDataJSON": answer.client_data, "attestationObject": answer.attestation}
    try:
        verified = verify_registration_response(
            credential=_credential(answer.id, response),
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused from error
    return MadePasskey(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        synced=verified.credential_backed_up,
    )


def check_used(
    answer: PasskeyAnswer, place: Place, *, challenge: bytes, public_key: bytes, sign_count: int
) -> int:
    """The new value of the sign counter, which a copied authenticator would repeat. Raises PasskeyRefused."""
    response = {
        "clientDataJSON": answer.client_data,
        "authenticatorData": answer.authenticator_data,
        "signature": answer.signature,
    }
    try:
        verified = verify_authentication_response(
            credential=_credential(answer.id, response),
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=place.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused from error
    return verified.new_sign_count


def _credential(credential_id: str, response: dict[str, str]) -> dict[str, Any]:
    plain = credential_id.rstrip("=")
    return {"id": plain, "rawId": plain, "type": "public-key", "response": response}
