"""Keys for one purpose each, derived from the application's secret, and what they keep: sealed or as a keyed hash.

Sources: RFC 5869 (HKDF), NIST SP 800-38D (AES-GCM, a random nonce of 96 bits).
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12


class Unsealable(Exception):
    """Sealed under another key, or for somebody else."""


def derive_key(secret: bytes, purpose: str) -> bytes:
    """32 bytes; keys of different purposes tell nothing of each other or of the secret."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"stockroom:{purpose}".encode()).derive(
        secret
    )


def seal(key: bytes, plain: bytes, *, belongs_to: bytes) -> bytes:
    """Nonce and ciphertext; it opens only together with ``belongs_to``, so that rows cannot be swapped."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, belongs_to)


def unseal(key: bytes, sealed: bytes, *, belongs_to: bytes) -> bytes:
    """Raises Unsealable."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], belongs_to)
    except (InvalidTag, ValueError) as error:
        raise Unsealable from error


def keyed_hash(key: bytes, value: bytes) -> bytes:
    """HMAC-SHA256: whoever reads the table without the key cannot even try values."""
    return hmac.new(key, value, hashlib.sha256).digest()
