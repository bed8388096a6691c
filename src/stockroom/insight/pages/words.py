"""How the home page and the search speak of things."""

from collections.abc import Mapping

from stockroom.platform.errors import N_

DOCUMENT_KINDS: Mapping[str, str] = {
    "receipt": N_("Goods receipt"),
    "issue": N_("Issue"),
    "transfer": N_("Transfer"),
    "adjustment": N_("Adjustment"),
    "disposal": N_("Disposal"),
    "dispensing": N_("Dispensing"),
    "return": N_("Return"),
    "opening": N_("Opening balance"),
    "reversal": N_("Reversal"),
}

LOW_STATES: Mapping[str, tuple[str, str]] = {
    "out": (N_("Nothing available"), "bad"),
    "below_minimum": (N_("Below minimum"), "bad"),
    "reorder": (N_("At the reorder point"), "warn"),
}
"""State → its words and tone."""

GROUPS: Mapping[str, str] = {
    "page": N_("Pages"),
    "product": N_("Products"),
    "patient": N_("Patients"),
    "supplier": N_("Suppliers"),
    "batch": N_("Batches"),
    "document": N_("Documents"),
}
"""What the search finds, in the order shown where nothing fits better."""

BATCH_STATES: Mapping[str, str] = {"on_hold": N_("On hold"), "recalled": N_("Recalled")}
