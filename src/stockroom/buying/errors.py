"""The refusals of goods in, and what is only pointed out."""

from stockroom.platform.errors import N_, Conflict, Invalid


class SupplierUnknown(Invalid):
    code = "supplier.unknown"
    sentence = N_("There is no such supplier.")
    at = "/supplier_id"


class SupplierArchived(Conflict):
    code = "supplier.archived"
    sentence = N_("{supplier} is archived; nothing can be received from there.")
    at = "/supplier_id"


class InvoiceTaken(Conflict):
    code = "receipt.invoice_taken"
    sentence = N_("Invoice {invoice} of this supplier is already entered as {number}.")
    at = "/invoice_number"


class TotalDiffers(Conflict):
    code = "receipt.total_differs"
    sentence = N_("The lines come to {total}, the invoice to {invoice_total}: a difference of {difference}.")
    at = "/invoice_total"


class ReceivedInFuture(Invalid):
    code = "receipt.in_future"
    sentence = N_("Goods cannot have been received after today, {today}.")
    at = "/received_on"


class ReceivedTooEarly(Invalid):
    code = "date.impossible"
    sentence = N_("This date cannot be right.")
    at = "/received_on"


class QuantityOrPacks(Invalid):
    code = "receipt.quantity_or_packs"
    sentence = N_("Write either the quantity in base units or the number of packs.")
    at = "/quantity"


class PackMissing(Invalid):
    code = "receipt.pack_missing"
    sentence = N_("Say which pack is meant.")
    at = "/pack_id"


class PacksNotRight(Invalid):
    code = "receipt.packs"
    sentence = N_("Write a number of packs above zero, with 6 decimals at most.")
    at = "/packs"


class PriceTwice(Invalid):
    code = "receipt.price_twice"
    sentence = N_("Write either the price of a unit or the price of a pack.")
    at = "/pack_price"


class PriceWithoutPack(Invalid):
    code = "receipt.price_without_pack"
    sentence = N_("A price of a pack needs a number of packs.")
    at = "/pack_price"


class PriceNotRight(Invalid):
    code = "receipt.price"
    sentence = N_("Write a price from 0 to {limit}, with 4 decimals at most.")
    at = "/unit_price"


class InvoiceTotalNotRight(Invalid):
    code = "receipt.invoice_total"
    sentence = N_("Write an amount from 0 to {limit}, with 2 decimals at most.")
    at = "/invoice_total"


class AmountTooLarge(Invalid):
    code = "receipt.amount_too_large"
    sentence = N_("The amount is too large.")
    at = "/unit_price"


BATCH_EXPIRED = N_("Batch {batch} of {product} had already expired on {expires_on} when it came.")
