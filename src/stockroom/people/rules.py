"""Permissions and the built-in roles. Pure."""

from collections.abc import Iterable

from stockroom.platform.errors import N_

PERMISSIONS: dict[str, str] = {
    "platform.health.read": N_("See the state of the system"),
    "platform.audit.read": N_("Read the audit trail"),
    "platform.security.read": N_("Read the security log and see locks"),
    "platform.mail.read": N_("Read the mail that a trial installation keeps"),
    "people.account.read": N_("See users"),
    "people.account.write": N_("Create, change and disable users"),
    "people.role.write": N_("Change roles"),
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
PATIENTS = frozenset(name for name in PERMISSIONS if name.startswith("dispensing."))
STOCK_READS = frozenset(
    {
        "people.department.read", "catalog.product.read", "catalog.supplier.read", "stock.place.read",
        "stock.balance.read", "insight.dashboard.read",
    }
)  # fmt: skip
STOCK_POSTS = frozenset({"stock.issue.post", "stock.transfer.post"})

ADMIN = "admin"
"""The role of which one active user must always be left."""

BUILTIN_ROLES: dict[str, tuple[str, frozenset[str]]] = {
    ADMIN: (N_("Administrator"), ALL),
    "pharmacist": (
        N_("Pharmacist"),
        ALL - {"people.account.write", "people.account.read", "people.role.write", "platform.audit.read",
               "platform.health.read", "platform.security.read", MAIL, "interchange.import.run"},
    ),
    "technician": (
        N_("Pharmacy technician"),
        STOCK_READS | STOCK_POSTS | PATIENTS
        | {"buying.receipt.read", "buying.receipt.post", "stock.hold.write"},
    ),
    "ward": (
        N_("Ward nurse"),
        STOCK_READS | STOCK_POSTS | {"dispensing.patient.read", "dispensing.prescriber.read",
                                     "dispensing.dispensing.read", "dispensing.dispensing.post"},
    ),
    "purchasing": (
        N_("Purchasing"),
        STOCK_READS | {"catalog.product.write", "catalog.price.read", "catalog.price.write",
                       "catalog.supplier.write", "buying.receipt.read", "buying.receipt.post",
                       "stock.level.write"},
    ),
    "auditor": (N_("Auditor"), READS),
}  # fmt: skip
"""code → (name, permissions). Kept equal to the database at every start."""

PRIVILEGED_ROLES = frozenset({ADMIN, "auditor"})
"""Roles whose sessions end after the shorter idle time."""


def unknown_permissions(names: Iterable[str]) -> list[str]:
    return sorted(set(names) - ALL)


EVENT_WORDS: dict[str, str] = {
    "sign_in.succeeded": N_("Signed in"),
    "sign_in.failed": N_("Wrong user name or password"),
    "sign_in.locked": N_("Tried while locked"),
    "sign_in.pending": N_("Right password, second factor still owed"),
    "second_factor.failed": N_("Wrong second factor"),
    "second_factor.spent": N_("Session ended after wrong second factors"),
    "recovery_code.used": N_("Signed in with a recovery code"),
    "passkey.failed": N_("Wrong passkey"),
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
    "access.denied": N_("Access denied"),
    "csrf.refused": N_("Form from elsewhere refused"),
    "limit.hit": N_("Asked too often"),
    "alert.brute_force": N_("Many wrong passwords from one address"),
}
"""What a security event is called on screen; one that is not named here shows its code."""

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
