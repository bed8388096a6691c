"""Every setting: typed, documented, validated once at the start.

Each comes from the environment, from ``.env`` beside the working directory, or from a file named by
``NAME_FILE`` (for secrets). ``.env.example`` lists them by section; a test keeps it true.
"""

import os
import re
import secrets
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK = ("127.0.0.1", "::1", "localhost")
ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[1-9][0-9]{0,4})?")
MODULES = ("selling", "making", "dispensing")
KNOWN_BAD_SECRETS = {"secret", "changeme", "change-me", "dev", "password", "stockroom"}


class SettingsInvalid(Exception):
    """Some settings are wrong: all of them are listed, each with what would be right."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not a known time zone; write one such as Europe/Warsaw")
    return name


def _a_limit(text: str) -> str:
    if re.fullmatch(LIMIT, text) is None:
        raise ValueError("is not a limit; write one such as 5/minute or 20/10 minutes")
    return text


LIMIT = r"([1-9]\d{0,6})/(?:([1-9]\d{0,3}) )?(second|minute|hour|day)s?"
AsLimit = Annotated[str, AfterValidator(_a_limit)]


def _is_every_address(host: str) -> bool:
    """What a server listens on and nobody can go to."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _lies_in(path: Path, folder: Path) -> bool:
    return path.expanduser().resolve().is_relative_to(folder.expanduser().resolve())


class Settings(BaseSettings):
    """The settings in force. Frozen: nothing changes them while the server runs."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    # server
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=1, le=65535, description="Port to listen on.")
    base_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$",
        description="Where people reach the server; begins every link in a mail. Empty: http://HOST:PORT.",
    )
    workers: int = Field(1, ge=1, le=64, description="Server processes.")
    environment: Literal["production", "development", "test"] = Field(
        "production", description="development relaxes checks that only matter on a real installation."
    )
    stockroom_data_dir: Path = Field(
        Path("var"), description="Where the embedded database, secrets and files live."
    )
    stockroom_modules: Annotated[tuple[str, ...], NoDecode] = Field(
        MODULES, description="Which of selling, making, dispensing are switched on."
    )
    organisation: str = Field("Stockroom", max_length=120, description="Name shown on every page.")
    default_language: Literal["en", "pl"] = Field("en", description="For people whose browser says nothing.")
    timezone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "Europe/Warsaw", description="The organisation's time zone, used on every screen."
    )
    currency: str = Field("PLN", pattern=r"^[A-Z]{3}$", description="ISO 4217 code of prices.")

    # database
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL 15 or newer. Empty: the embedded server."
    )
    database_owner_url: SecretStr | None = Field(
        None,
        description="The owner of the schema, for migrations; DATABASE_URL is then a login role that owns nothing.",
    )
    db_pool_min: int = Field(1, ge=0, le=100, description="Connections kept open by each worker.")
    db_pool_max: int = Field(10, ge=1, le=500, description="Connections at most for each worker.")
    db_connect_timeout: int = Field(10, ge=1, le=300, description="Seconds to wait for a new connection.")
    db_acquire_timeout: float = Field(5.0, gt=0, le=300, description="Seconds to wait for a free connection.")
    db_statement_timeout_ms: int = Field(30_000, ge=100, description="A statement may run this long.")
    db_lock_timeout_ms: int = Field(10_000, ge=100, description="A statement may wait this long for a lock.")

    # security
    secret_key: SecretStr | None = Field(
        None, description="At least 32 characters; signs cursors and form tokens. Empty: made at first start."
    )
    secure_cookies: bool = Field(
        default=False, description="Set when people reach the server over TLS: __Host- cookies, HSTS."
    )
    session_idle_minutes: int = Field(720, ge=1, le=10_080, description="Signed out after this idle time.")
    session_idle_minutes_privileged: int = Field(
        30, ge=1, le=10_080, description="The same for admins and auditors."
    )
    session_absolute_hours: int = Field(
        168, ge=1, le=8_760, description="Signed out after this time at most."
    )
    password_policy: Literal["composition", "passphrase"] = Field(
        "composition",
        description="composition: 8 to 72 characters of four kinds; passphrase: 15 to 128 of any kind.",
    )
    second_factor_roles: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Roles (codes, with commas) whose people must set up a second factor."
    )
    step_up_minutes: int = Field(
        10, ge=1, le=1_440, description="So long after proving who they are, people need not prove it again."
    )
    api_key_days: int = Field(365, ge=1, le=3_650, description="An API key lives at most this many days.")
    api_key_grace_minutes: int = Field(
        0, ge=0, le=10_080, description="After an API key is rotated, its old secret works this long."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses or networks whose X-Forwarded-For is believed."
    )
    audit_anchor_file: Path | None = Field(
        None,
        description="File outside the data directory where the head of the audit chain is written every minute.",
    )
    audit_check_hours: int = Field(
        24, ge=0, le=8_760, description="The server checks ledger and audit trail this often; 0 for never."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins whose pages may read the API, without cookies: https://intranet.example."
    )
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token for /metrics. Empty: only from this machine."
    )

    invitation_hours: int = Field(72, ge=1, le=720, description="An invitation may be accepted this long.")
    reset_minutes: int = Field(
        60, ge=5, le=1_440, description="A link for a new password may be used this long."
    )

    # mail
    smtp_host: str | None = Field(
        None,
        description="The mail server. Empty: mail becomes files in the folder mailbox of the data directory.",
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port: 587 for starttls, 465 for tls.")
    smtp_username: str | None = Field(
        None, description="User name for the mail server, where it asks for one."
    )
    smtp_password: SecretStr | None = Field(None, description="Password for the mail server.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls: encrypted from the first command on; tls: from the start; none."
    )
    mail_from: str | None = Field(
        None,
        pattern=r"^[\w.+-]+@[\w-]+(\.[\w-]+)*$",
        description="The sender's address, for example stockroom@hospital.example. Needed with SMTP_HOST.",
    )

    # logs
    log_format: Literal["json", "text"] = Field("text", description="One line a record, or for reading.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level written."
    )
    log_dir: Path | None = Field(
        None,
        description="Folder of app, errors, security and performance.log. Empty: standard output alone.",
    )
    log_file_bytes: int = Field(
        10 * 1024 * 1024, ge=10_000, description="A log file is rotated at this size."
    )
    log_files_kept: int = Field(10, ge=1, le=1_000, description="Rotated files kept of each log.")
    slow_request_ms: int = Field(2_000, ge=1, description="Requests slower than this are logged as slow.")

    # limits
    limit_login: AsLimit = Field("5/minute", description="Sign-in attempts from one address.")
    limit_reset: AsLimit = Field("3/hour", description="Password resets asked for from one address.")
    limit_upload: AsLimit = Field("10/minute", description="Uploads of one user.")
    limit_api: AsLimit = Field("100/hour", description="API requests from one address without sign-in.")
    limit_general: AsLimit = Field("200/hour", description="Pages from one address without sign-in.")
    limit_signed_in: AsLimit = Field("600/minute", description="Requests of one signed-in user or key.")
    limit_alarm: AsLimit = Field(
        "20/10 minutes", description="Failed sign-ins from one address beyond this alert the administrators."
    )
    lock_failures: int = Field(
        5,
        ge=1,
        le=100,
        description="Wrong passwords in a row that lock an account for the address they came from.",
    )
    lock_minutes: int = Field(15, ge=1, le=1_440, description="How long such a lock lasts.")
    lock_total: int = Field(
        100,
        ge=10,
        le=10_000,
        description="Wrong passwords in a row from anywhere, after which only a reset helps.",
    )
    max_body_bytes: int = Field(10 * 1024 * 1024, ge=1024, description="Largest request body.")
    max_upload_bytes: int = Field(10 * 1024 * 1024, ge=1024, description="Largest file that is uploaded.")
    max_image_pixels: int = Field(
        40_000_000,
        ge=10_000,
        le=89_000_000,
        description="Largest picture that is decoded, width times height; each takes 4 bytes meanwhile.",
    )
    upload_decode_seconds: float = Field(
        10.0, gt=0, le=300, description="Reading a picture or a PDF may take this long."
    )
    expiry_warning_days: int = Field(90, ge=1, le=3650, description="“Expires soon” means within these days.")

    @field_validator(
        "stockroom_modules", "second_factor_roles", "trusted_proxies", "cors_origins", mode="before"
    )
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("stockroom_modules")
    @classmethod
    def _known_modules(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in value if name not in MODULES]
        if unknown:
            raise ValueError(f"names {', '.join(unknown)}; known are {', '.join(MODULES)}")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _known_proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            try:
                believed = ip_network(text, strict=False)
            except ValueError:
                raise ValueError(f"names {text}; write addresses or networks such as 10.1.0.0/16") from None
            if believed.prefixlen == 0:
                raise ValueError(f"names {text}: everybody could forge their address")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _whole_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [origin for origin in value if not ORIGIN.fullmatch(origin)]
        if wrong:
            raise ValueError(
                f"names {', '.join(wrong)}; write scheme and host in small letters, and the port where it is"
                " not the usual one, such as https://intranet.example; * is not possible"
            )
        return value

    @field_validator("secret_key")
    @classmethod
    def _strong_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and (
            len(value.get_secret_value()) < 32 or value.get_secret_value().lower() in KNOWN_BAD_SECRETS
        ):
            raise ValueError("is shorter than 32 characters or well known; leave it empty to have one made")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> "Settings":
        if self.db_pool_min > self.db_pool_max:
            raise ValueError("DB_POOL_MIN is larger than DB_POOL_MAX")
        if self.audit_anchor_file is not None and _lies_in(self.audit_anchor_file, self.stockroom_data_dir):
            raise ValueError("AUDIT_ANCHOR_FILE lies in STOCKROOM_DATA_DIR; whoever changes one changes both")
        if self.database_owner_url is not None and self.database_url is None:
            raise ValueError("DATABASE_OWNER_URL is set without DATABASE_URL")
        if self.smtp_host is not None and self.mail_from is None:
            raise ValueError("SMTP_HOST is set, MAIL_FROM is not: mail needs a sender's address")
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("SMTP_USERNAME and SMTP_PASSWORD are set together or not at all")
        if self.smtp_password is not None and self.smtp_tls == "none" and self.smtp_host not in LOOPBACK:
            raise ValueError("SMTP_TLS=none would send SMTP_PASSWORD over the network for everybody to read")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def own_url(self) -> str:
        """Where links lead, without a slash at the end. Never taken from a request: whoever asks says its Host."""
        if self.base_url is not None:
            return self.base_url.rstrip("/")
        host = "localhost" if _is_every_address(self.host) else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def mailbox(self) -> Path:
        """Where mail is kept when no mail server is set."""
        return self.stockroom_data_dir / "mailbox"

    @property
    def shows_mailbox(self) -> bool:
        """The mailbox holds links that sign people in: a page shows it only where nobody works."""
        return self.environment == "development" and self.smtp_host is None

    @property
    def postgres_url(self) -> str | None:
        return None if self.database_url is None else self.database_url.get_secret_value()

    @property
    def postgres_owner_url(self) -> str | None:
        return None if self.database_owner_url is None else self.database_owner_url.get_secret_value()

    def has_module(self, name: str) -> bool:
        return name in self.stockroom_modules


def _from_files(environ: dict[str, str]) -> dict[str, Any]:
    """``DATABASE_URL_FILE=/run/secrets/url`` gives DATABASE_URL: secrets need not be in the environment."""
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        path = environ.get(f"{name.upper()}_FILE")
        if path:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
    return found


def load_settings(**overrides: Any) -> Settings:
    """Raises SettingsInvalid listing every problem at once."""
    try:
        return Settings(**{**_from_files(dict(os.environ)), **overrides})
    except ValidationError as error:
        raise SettingsInvalid([_problem(dict(item)) for item in error.errors()]) from None
    except OSError as error:
        raise SettingsInvalid([f"{error.filename}: {error.strerror}"]) from None


def _problem(item: dict[str, Any]) -> str:
    name = str(item["loc"][0]).upper() if item["loc"] else "settings"
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}"


def secret_key(settings: Settings) -> bytes:
    """The key that signs cursors and form tokens: from the setting, or made once and kept in the data directory."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    path = settings.stockroom_data_dir / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(path, "x", encoding="ascii", opener=_owner_only) as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip().encode()


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
