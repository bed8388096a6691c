"""The first steps of a new installation, ticked from the data (P29)."""

import msgspec

from stockroom.insight.queries.oversight import Setup
from stockroom.platform.access import Actor
from stockroom.platform.i18n import gettext as _

UNNAMED = "Stockroom"


class Step(msgspec.Struct, frozen=True):
    """``url`` is empty where this person cannot do the step, or where it is not done on a page."""

    label: str
    hint: str
    done: bool
    url: str


def setup_steps(setup: Setup | None, actor: Actor, organisation: str) -> list[Step]:
    """Nothing once all that can be seen in the data is done."""
    if setup is None or setup.complete:
        return []
    steps = [
        (
            _("Name the organisation"), _("The setting ORGANISATION; it stands on every page and print."),
            organisation != UNNAMED, "", "",
        ),
        (
            _("Open the departments"), _("Wards and other departments; each can have a store of its own."),
            setup.departments, "/departments/new", "people.department.write",
        ),
        (
            _("Set up the places"), _("Where stock lies: the main store, ward stores, bins."),
            setup.places, "/places", "stock.place.write",
        ),
        (
            _("Enter the products"), _("Medicines and goods, with their packs, barcodes and prices."),
            setup.products, "/products/new", "catalog.product.write",
        ),
        (
            _("Enter the opening stock"), _("What lies on the shelves today, by batch and expiry."),
            setup.stock, "/adjust", "stock.adjustment.post",
        ),
        (
            _("Invite the users"), _("Each with a role, and wards with their departments."),
            setup.users, "/users/new", "people.account.write",
        ),
    ]  # fmt: skip
    return [
        Step(label, hint, done, url if url and actor.may(permission) else "")
        for label, hint, done, url, permission in steps
    ]
