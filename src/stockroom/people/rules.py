"""Permissions and the built-in roles. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from stockroom.platform.errors import N_, FieldError, Refusal
from stockroom.settings import MODULES as SWITCHABLE

PERMISSIONS: dict[str, str] = {
    "platform.health.read": N_("See the state of the system"),
    "platform.audit.read": N_("Read the audit trail"),
    "platform.security.read": N_("Read the security log and see locks"),
    "platform.mail.read": N_("Read the mail that a trial installation keeps"),
    "people.account.read": N_("See users"),
    "people.account.write": N_("Create, change and disable users"),
    "people.password.write": N_("Set users' passwords"),
    "people.role.write": N_("Create, change and archive roles"),
    "people.key.read": N_("See everybody's API keys"),
    "people.key.write": N_("Revoke anybody's API keys"),
    "people.department.read": N_("See departments"),
    "people.department.write": N_("Create, change and archive departments"),
    "catalog.product.read": N_("See products and medicines"),
    "catalog.product.write": N_("Create, change and archive products"),
    "catalog.price.read": N_("See prices"),
    "catalog.price.write": N_("Set prices"),
    "catalog.supplier.read": N_("See suppliers"),
    "catalog.supplier.write": N_("Create, change and archive suppliers"),
    "stock.place.read": N_("See places"),
    "stock.place.write": N_("Create, change and archive places"),
    "stock.balance.read": N_("See stock, batches and movements"),
    "stock.issue.post": N_("Issue stock"),
    "stock.transfer.post": N_("Move stock between places"),
    "stock.adjustment.post": N_("Adjust and dispose of stock"),
    "stock.hold.write": N_("Put stock on hold and release it"),
    "stock.level.write": N_("Set minimum and maximum stock"),
    "stock.document.reverse": N_("Reverse a posted document"),
    "buying.receipt.read": N_("See goods receipts"),
    "buying.receipt.post": N_("Post goods receipts"),
    "dispensing.patient.read": N_("See patients"),
    "dispensing.patient.write": N_("Create, change and merge patients"),
    "dispensing.prescriber.read": N_("See prescribers"),
    "dispensing.prescriber.write": N_("Create, change and archive prescribers"),
    "dispensing.dispensing.read": N_("See dispensings"),
    "dispensing.dispensing.post": N_("Dispense and take back"),
    "insight.dashboard.read": N_("See the dashboard"),
    "interchange.import.run": N_("Import data"),
    "interchange.document.read": N_("Read documents of the old system"),
}
"""Every permission there is, with what it lets a person do. Routes name one; a test holds that."""

ALL = frozenset(PERMISSIONS)
MAIL = "platform.mail.read"
"""Mail holds links that let people in: reading it is for those who may let anybody in anyway."""
READS = frozenset(name for name in PERMISSIONS if name.endswith(".read")) - {MAIL}
SECURITY = frozenset({"people.password.write", "people.role.write", "people.key.write", MAIL})
"""Users' passwords, the mail that holds their links and the settings of security: for administrators, and for
roles of their making."""
OVERSIGHT = SECURITY | {
    "people.account.read", "people.account.write", "people.key.read", "platform.audit.read",
    "platform.health.read", "platform.security.read", "interchange.import.run",
}  # fmt: skip
PATIENTS = frozenset(name for name in PERMISSIONS if name.startswith("dispensing."))
STOCK_READS = frozenset(
    {
        "people.department.read", "catalog.product.read", "catalog.supplier.read", "stock.place.read",
        "stock.balance.read", "insight.dashboard.read",
    }
)  # fmt: skip
STOCK_POSTS = frozenset({"stock.issue.post", "stock.transfer.post"})
RECEIVING = frozenset({"buying.receipt.read", "buying.receipt.post"})

NOT_FOR_KEYS = SECURITY | {"people.account.write"}
"""What no API key can be given: with these it could make itself another way in."""

ADMIN = "admin"
"""The role of which one active user must always be left."""

BUILTIN_ROLES: dict[str, tuple[str, frozenset[str]]] = {
    ADMIN: (N_("Administrator"), ALL),
    "manager": (N_("Manager"), ALL - SECURITY),
    "pharmacist": (N_("Pharmacist"), ALL - OVERSIGHT),
    "technician": (
        N_("Pharmacy technician"), STOCK_READS | STOCK_POSTS | PATIENTS | RECEIVING | {"stock.hold.write"},
    ),
    "ward": (
        N_("Ward nurse"),
        STOCK_READS | STOCK_POSTS | {"dispensing.patient.read", "dispensing.prescriber.read",
                                     "dispensing.dispensing.read", "dispensing.dispensing.post"},
    ),
    "purchasing": (
        N_("Purchasing"),
        STOCK_READS | RECEIVING | {"catalog.product.write", "catalog.price.read", "catalog.price.write",
                                   "catalog.supplier.write", "stock.level.write"},
    ),
    "sales": (N_("Sales"), STOCK_READS | {"catalog.price.read"}),
    "storekeeper": (
        N_("Storekeeper"),
        STOCK_READS | STOCK_POSTS | RECEIVING | {"stock.adjustment.post", "stock.hold.write"},
    ),
    "foreman": (N_("Foreman"), STOCK_READS | {"stock.issue.post"}),
    "employee": (N_("Employee"), frozenset({"catalog.product.read", "insight.dashboard.read"})),
    "auditor": (N_("Auditor"), READS),
}  # fmt: skip
"""code → (name, permissions). Kept equal to the database at every start."""

PRIVILEGED_ROLES = frozenset({ADMIN, "auditor"})
"""Roles whose sessions end after the shorter idle time."""


def errors_at(
    pointer: str, names: Sequence[str], allowed: Collection[str], refusal: type[Refusal]
) -> list[FieldError]:
    """Each name that is not allowed, at its place in the list."""
    return [
        FieldError(f"{pointer}/{index}", refusal.code, refusal.sentence)
        for index, name in enumerate(names)
        if name not in allowed
    ]


MODULES: dict[str, str] = {
    "platform": N_("System"),
    "people": N_("Organisation"),
    "catalog": N_("Catalog"),
    "stock": N_("Stock"),
    "buying": N_("Buying"),
    "dispensing": N_("Dispensing"),
    "insight": N_("Insight"),
    "interchange": N_("Import and old documents"),
}
"""The modules that have permissions, in the order of the matrix."""

THINGS: dict[str, str] = {
    "platform.health": N_("State of the system"),
    "platform.audit": N_("Audit trail"),
    "platform.security": N_("Security"),
    "platform.mail": N_("Mail of a trial installation"),
    "people.account": N_("Users"),
    "people.password": N_("Passwords"),
    "people.role": N_("Roles"),
    "people.key": N_("API keys"),
    "people.department": N_("Departments"),
    "catalog.product": N_("Products"),
    "catalog.price": N_("Prices"),
    "catalog.supplier": N_("Suppliers"),
    "stock.place": N_("Places"),
    "stock.balance": N_("Stock"),
    "stock.issue": N_("Issues"),
    "stock.transfer": N_("Transfers"),
    "stock.adjustment": N_("Adjustments"),
    "stock.hold": N_("Holds"),
    "stock.level": N_("Minimum and maximum"),
    "stock.document": N_("Posted documents"),
    "buying.receipt": N_("Goods receipts"),
    "dispensing.patient": N_("Patients"),
    "dispensing.prescriber": N_("Prescribers"),
    "dispensing.dispensing": N_("Dispensings"),
    "insight.dashboard": N_("Dashboard"),
    "interchange.import": N_("Import"),
    "interchange.document": N_("Old documents"),
}


@dataclass(frozen=True)
class ThingRights:
    """A row of the matrix: what may be seen of a thing, and what may be done with it."""

    thing: str
    reads: tuple[str, ...]
    deeds: tuple[str, ...]


@dataclass(frozen=True)
class ModuleRights:
    """A part of the matrix. ``is_on`` is False for a module that is switched off here."""

    module: str
    is_on: bool
    things: tuple[ThingRights, ...]


def matrix(*, modules_on: Collection[str], among: Collection[str] = ALL) -> list[ModuleRights]:
    """All permissions of ``among``, by module, thing and verb.

    ``modules_on`` names the switchable modules in force; the others cannot be switched off.
    """
    return [
        ModuleRights(module, module not in SWITCHABLE or module in modules_on, things)
        for module in MODULES
        if (things := tuple(_things(module, among)))
    ]


def _things(module: str, among: Collection[str]) -> Iterator[ThingRights]:
    for thing in THINGS:
        names = [name for name in PERMISSIONS if name.rpartition(".")[0] == thing and name in among]
        if names and thing.startswith(f"{module}."):
            reads = tuple(name for name in names if name in READS)
            yield ThingRights(thing, reads, tuple(name for name in names if name not in READS))


EVENT_WORDS: dict[str, str] = {
    "sign_in.succeeded": N_("Signed in"),
    "sign_in.failed": N_("Wrong user name or password"),
    "sign_in.locked": N_("Tried while locked"),
    "sign_in.pending": N_("Right password, second factor still owed"),
    "second_factor.failed": N_("Wrong second factor"),
    "second_factor.spent": N_("Session ended after wrong second factors"),
    "recovery_code.used": N_("Signed in with a recovery code"),
    "passkey.failed": N_("Wrong passkey"),
    "password.failed": N_("Wrong present password when changing it"),
    "step_up.failed": N_("Wrong proof before a step that needs one"),
    "people.factor.add": N_("Second factor added"),
    "people.factor.remove": N_("Second factor removed"),
    "people.factor.renew_codes": N_("New recovery codes"),
    "people.factor.reset": N_("Second factors reset"),
    "people.account.create": N_("User created"),
    "people.account.update": N_("User changed"),
    "people.account.disable": N_("User disabled"),
    "people.account.enable": N_("User enabled"),
    "people.account.set_password": N_("Password set by an administrator"),
    "people.account.invite": N_("User invited by mail"),
    "people.account.reset_password": N_("Forgotten password replaced"),
    "people.account.accept_invitation": N_("Invitation accepted"),
    "people.account.unlock": N_("Locks cleared"),
    "people.profile.change_password": N_("Password changed"),
    "people.session.end": N_("Signed out"),
    "password.reset_asked": N_("New password asked for"),
    "people.role.create": N_("Role created"),
    "people.role.update": N_("Role changed"),
    "people.role.archive": N_("Role archived"),
    "people.key.create": N_("API key made"),
    "people.key.rotate": N_("API key rotated"),
    "people.key.revoke": N_("API key revoked"),
    "key.used": N_("API key used"),
    "key.refused": N_("API key refused"),
    "access.denied": N_("Access denied"),
    "csrf.refused": N_("Form from elsewhere refused"),
    "limit.hit": N_("Asked too often"),
    "upload.refused": N_("Upload refused"),
    "alert.brute_force": N_("Many wrong passwords from one address"),
    "alert.hard_cap": N_("An account is closed after too many wrong passwords in a row"),
    "audit.broken": N_("The audit trail does not fit its own hashes"),
}
"""What a security event is called on screen; one that is not named here shows its code."""

ALERT_WORDS: dict[str, str] = {
    "alert.brute_force": N_("Somebody is guessing passwords: many wrong ones came from one address."),
    "alert.hard_cap": N_(
        "An account is closed after too many wrong passwords in a row. It needs a password reset."
    ),
    "audit.broken": N_(
        "The audit trail was changed from outside, or is damaged. Run stockroom verify and keep the backups."
    ),
}
"""The events that administrators are told of at once, in a sentence each."""

ACCESS_ACTIONS = frozenset(name for name in EVENT_WORDS if name.startswith("people."))
"""Audited changes about access: each is a security event too, once it is committed."""


BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_words(user_agent: str) -> str:
    """``Firefox, Windows``: enough to know one's own device again; other programs as they call themselves."""
    found = [next((word for mark, word in marks if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS)]
    return ", ".join(word for word in found if word) or user_agent[:60]


AREAS = {
    "Europe": N_("Europe"),
    "Africa": N_("Africa"),
    "America": N_("America"),
    "Antarctica": N_("Antarctica"),
    "Asia": N_("Asia"),
    "Atlantic": N_("Atlantic Ocean"),
    "Australia": N_("Australia"),
    "Indian": N_("Indian Ocean"),
    "Pacific": N_("Pacific Ocean"),
}


def zones_by_area(names: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """Area (English source) → time zones as a select offers them; old aliases have no area and stay out."""
    known = sorted(names)
    return {
        words: [
            {"value": name, "label": name.partition("/")[2].replace("_", " ")}
            for name in known
            if name.startswith(f"{area}/")
        ]
        for area, words in AREAS.items()
    }
