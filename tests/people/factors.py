"""People with second factors, and an authenticator made of software that signs whatever a test wants."""

import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from litestar import Litestar
from pyotp.totp import TOTP
from webauthn.helpers import encode_cbor

from stockroom.main import create_app
from stockroom.platform.clock import Clock
from stockroom.settings import Settings
from tests.conftest import PASSWORD, Clones, SignIn
from tests.people.conftest import HandClock

ORIGIN = "https://stockroom.test"
USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@asynccontextmanager
async def application(settings: Settings, clones: Clones, clock: Clock) -> AsyncIterator[SignIn]:
    """The whole application with settings of the test's own."""
    app = create_app(settings, clones.make(), clock=clock)
    litestar = app.app
    assert isinstance(litestar, Litestar)
    async with litestar.lifespan():
        made = SignIn(app, litestar.state.database)
        yield made
        await made.close()


async def login(client: httpx.AsyncClient, username: str, password: str = PASSWORD) -> httpx.Response:
    """The first half of signing in; the client carries the token it was given."""
    answer = await client.post("/api/auth/login", json={"username": username, "password": password})
    if "csrf_token" in answer.json():
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return answer


async def second(client: httpx.AsyncClient, **proof: Any) -> httpx.Response:
    answer = await client.post("/api/auth/second-factor", json=proof)
    if answer.status_code == 200:
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return answer


def code_at(secret: str, clock: HandClock, steps: int = 0) -> str:
    """What an app shows now, or so many half minutes later."""
    return TOTP(secret).at(int(clock.now.timestamp()), counter_offset=steps)


async def set_up_app(client: httpx.AsyncClient, clock: HandClock) -> tuple[str, list[str]]:
    """The secret and the recovery codes; the clock is turned on, so that the next code is a new one."""
    secret = (await client.post("/api/me/factors/totp")).json()["secret"]
    done = await client.post("/api/me/factors/totp/confirm", json={"code": code_at(secret, clock)})
    assert done.status_code == 200, done.text
    clock.turn(seconds=30)
    return secret, done.json()["recovery_codes"]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey (ES256). ``verifies`` and ``origin`` are what an honest browser would not let a test choose."""

    origin: str = ORIGIN
    rp_id: str = "stockroom.test"
    verifies: bool = True
    counter: int = 0
    counts: bool = True
    handle: bytes = b""
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any], *, name: str = "Phone") -> dict[str, str]:
        """What the page would send after ``navigator.credentials.create()``."""
        self.handle = _bytes(options["user"]["id"])
        attested = (
            bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._public()
        )
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + attested}
        return {
            "name": name,
            "id": _text(self.credential_id),
            "client_data": _text(self._client_data("webauthn.create", options["challenge"])),
            "attestation": _text(encode_cbor(statement)),
        }

    def get(self, options: dict[str, Any]) -> dict[str, str]:
        """What the page would send after ``navigator.credentials.get()``."""
        self.counter += self.counts
        client_data, data = self._client_data("webauthn.get", options["challenge"]), self._data()
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return {
            "id": _text(self.credential_id),
            "client_data": _text(client_data),
            "authenticator_data": _text(data),
            "signature": _text(signature),
            "user_handle": _text(self.handle),
        }

    def _data(self, more: int = 0) -> bytes:
        flags = USER_PRESENT | (USER_VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _public(self) -> bytes:
        point = self.key.public_key().public_numbers()
        return encode_cbor(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )


async def options_for(client: httpx.AsyncClient, path: str = "/api/auth/passkey/options") -> dict[str, Any]:
    answer = await client.post(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def add_passkey(
    client: httpx.AsyncClient, device: Authenticator, name: str = "Phone"
) -> httpx.Response:
    options = await options_for(client, "/api/me/factors/passkeys/options")
    return await client.post("/api/me/factors/passkeys", json=device.create(options, name=name))


async def own_id(client: httpx.AsyncClient) -> UUID:
    return UUID((await client.get("/api/auth/me")).json()["user"]["id"])
