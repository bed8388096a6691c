"""The refusals of the catalog."""

from stockroom.platform.errors import N_, Conflict, Invalid, NotFound


class ProductCodeTaken(Conflict):
    code = "product.code_taken"
    sentence = N_("The product {product} already has this code.")
    at = "/code"


class ProductUnknown(Invalid):
    code = "product.unknown"
    sentence = N_("There is no such product.")
    at = "/product_id"


class UnitInUse(Conflict):
    code = "product.unit_in_use"
    sentence = N_("The unit and its precision stay: stock was already moved in this unit.")
    at = "/unit"


class TrackingInUse(Conflict):
    code = "product.tracking_in_use"
    sentence = N_("There is stock of this product: it keeps its kind and its tracking by batch and expiry.")
    at = "/batch_tracked"


class ProductHasStock(Conflict):
    code = "product.has_stock"
    sentence = N_("There is still stock of this product. Issue, move or dispose of it first.")


class MedicineFieldsOnly(Invalid):
    code = "product.medicine_only"
    sentence = N_("Only a medicine has this.")


class BarcodeInvalid(Invalid):
    code = "barcode.invalid"
    sentence = N_("“{barcode}” is not a barcode.")


class BarcodeLength(BarcodeInvalid):
    code = "barcode.length"
    sentence = N_("A barcode of digits has 8, 12, 13 or 14 of them. Codes of your own need a letter.")


class BarcodeCheckDigit(BarcodeInvalid):
    code = "barcode.check_digit"
    sentence = N_("The last digit does not fit the others; {right} would. Please compare with the box.")


class BarcodeTaken(Conflict):
    code = "barcode.taken"
    sentence = N_("The product {product} already has this barcode.")


class BarcodeUnknown(NotFound):
    code = "barcode.unknown"
    sentence = N_("No product has this barcode.")


class FormUnknown(Invalid):
    code = "dosage_form.unknown"
    sentence = N_("There is no such dosage form.")
    at = "/form_code"


class FormCodeTaken(Conflict):
    code = "dosage_form.code_taken"
    sentence = N_("Another dosage form already has this code.")
    at = "/code"


class PackUnknown(Invalid):
    code = "pack.unknown"
    sentence = N_("{product} has no such pack.")
    at = "/pack_id"


class SupplierUnknown(Invalid):
    code = "supplier.unknown"
    sentence = N_("There is no such supplier.")
    at = "/supplier_id"


class SupplierNameTaken(Conflict):
    code = "supplier.name_taken"
    sentence = N_("Another supplier already has this name.")
    at = "/name"


class TaxIdInvalid(Invalid):
    code = "supplier.tax_id_invalid"
    sentence = N_("This is not a valid Polish tax id (NIP): a digit is wrong or missing.")
    at = "/tax_id"


class CurrencyMissing(Invalid):
    code = "price.currency_missing"
    sentence = N_("Name the currency, for example PLN.")
    at = "/currency"


class PriceDateImpossible(Invalid):
    code = "price.date_impossible"
    sentence = N_("This date cannot be right.")
    at = "/valid_from"
