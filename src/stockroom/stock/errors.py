"""The refusals of stock."""

from stockroom.platform.errors import N_, Conflict, Forbidden, Invalid


class StockShort(Conflict):
    code = "stock.short"
    sentence = N_("Only {available} of {wanted} {unit} of {product} can be taken here.")
    at = "/quantity"


class CostImpossible(Invalid):
    code = "cost.impossible"
    sentence = N_("A cost is zero or more, with at most four decimals.")
    at = "/unit_cost"


class NothingToPost(Invalid):
    code = "stock.nothing_to_post"
    sentence = N_("Add at least one line.")
    at = "/lines"


class TooManyLines(Invalid):
    code = "stock.too_many_lines"
    sentence = N_("A document has at most {limit} lines.")
    at = "/lines"


class QuantityNotPositive(Invalid):
    code = "quantity.not_positive"
    sentence = N_("The quantity must be more than zero.")
    at = "/quantity"


class QuantityTooPrecise(Invalid):
    code = "quantity.too_precise"
    sentence = N_("{product} is counted with {precision} decimals at most.")
    at = "/quantity"


class QuantityTooLarge(Invalid):
    code = "quantity.too_large"
    sentence = N_("The quantity is too large.")
    at = "/quantity"


class QuantityZero(Invalid):
    code = "quantity.zero"
    sentence = N_("The difference must not be zero.")
    at = "/quantity"


class ProductUnknown(Invalid):
    code = "product.unknown"
    sentence = N_("There is no such product.")
    at = "/product_id"


class ProductNotStocked(Conflict):
    code = "product.not_stocked"
    sentence = N_("{product} is archived or a service; it cannot be moved.")
    at = "/product_id"


class PlaceUnknown(Invalid):
    code = "place.unknown"
    sentence = N_("There is no such place, or it is not one of yours.")
    at = "/place_id"


class PlaceNotUsable(Conflict):
    code = "place.not_usable"
    sentence = N_("{place} does not hold stock: it is archived or outside.")
    at = "/place_id"


class SamePlace(Invalid):
    code = "transfer.same_place"
    sentence = N_("Choose another place to move to.")
    at = "/to_place_id"


class PlaceCodeTaken(Conflict):
    code = "place.code_taken"
    sentence = N_("Another place already has this code.")
    at = "/code"


class PlaceParentUnknown(Invalid):
    code = "place.parent_unknown"
    sentence = N_("Choose an active place of yours that this one is part of.")
    at = "/parent_id"


class PlaceInItself(Invalid):
    code = "place.in_itself"
    sentence = N_("A place cannot be part of itself.")
    at = "/parent_id"


class BinWithoutPlace(Invalid):
    code = "place.bin_without_place"
    sentence = N_("A bin is part of a place: choose it.")
    at = "/parent_id"


class PlaceDepartmentUnknown(Invalid):
    code = "place.department_unknown"
    sentence = N_("Choose an active department of yours.")
    at = "/department_id"


class PlaceHasParts(Conflict):
    code = "place.has_parts"
    sentence = N_("This place still has active parts. Archive them first.")


class PlaceHoldsStock(Conflict):
    code = "place.holds_stock"
    sentence = N_("This place still holds stock. Move it first.")


class MainPlaceStays(Conflict):
    code = "place.main_stays"
    sentence = N_("The store of the main pharmacy cannot be archived.")


class BatchUnknown(Invalid):
    code = "batch.unknown"
    sentence = N_("There is no such batch of this product.")
    at = "/batch_id"


class BatchCodeMissing(Invalid):
    code = "batch.code_missing"
    sentence = N_("{product} is tracked by batch: write the batch code.")
    at = "/batch_code"


class BatchExpiryMissing(Invalid):
    code = "batch.expiry_missing"
    sentence = N_("{product} is tracked by expiry: write the expiry date.")
    at = "/expires_on"


class BatchNotTracked(Invalid):
    code = "batch.not_tracked"
    sentence = N_("{product} is not tracked by batch: leave batch and expiry empty.")
    at = "/batch_code"


class BatchExpiryDiffers(Conflict):
    code = "batch.expiry_differs"
    sentence = N_("Batch {batch} is already known with expiry {expires_on}.")
    at = "/expires_on"


class BatchDated(Conflict):
    """A date that is there stays: a mistyped one is corrected by taking the document back."""

    code = "batch.dated"
    sentence = N_("Batch {batch} has an expiry date already: {expires_on}.")
    at = "/expires_on"


class BatchTwice(Conflict):
    code = "batch.twice"
    sentence = N_(
        "There is another batch {batch} that expires on {expires_on}. Move the stock to it by adjusting."
    )
    at = "/expires_on"


class DateImpossible(Invalid):
    code = "date.impossible"
    sentence = N_("This date cannot be right.")
    at = "/expires_on"


class BatchExpired(Conflict):
    code = "batch.expired"
    sentence = N_("Batch {batch} expired on {expires_on}.")
    at = "/batch_id"


class BatchOnHold(Conflict):
    code = "batch.on_hold"
    sentence = N_("Batch {batch} is on hold: {reason}")
    at = "/batch_id"


class BatchRecalled(Conflict):
    code = "batch.recalled"
    sentence = N_("Batch {batch} is recalled: {reason}")
    at = "/batch_id"


class FefoReasonMissing(Conflict):
    code = "fefo.reason_missing"
    sentence = N_("Batch {earlier} expires earlier. Say why you take another.")
    at = "/batch_reason"


class ReasonUnknown(Invalid):
    code = "reason.unknown"
    sentence = N_("Choose one of the reasons offered.")
    at = "/reason"


class ReasonMissing(Invalid):
    code = "reason.missing"
    sentence = N_("Write the reason.")
    at = "/reason"


class HoldTooLarge(Conflict):
    code = "hold.too_large"
    sentence = N_("Only {available} can be put on hold.")
    at = "/quantity"


class ReleaseTooLarge(Conflict):
    code = "hold.release_too_large"
    sentence = N_("Only {on_hold} is on hold.")
    at = "/quantity"


class AlreadyReversed(Conflict):
    code = "document.already_reversed"
    sentence = N_("{number} is already reversed, in whole or in part.")


class NotReversible(Conflict):
    code = "document.not_reversible"
    sentence = N_("A reversal cannot be reversed. Post the document again instead.")


class ReturnTooLarge(Conflict):
    code = "return.too_large"
    sentence = N_("Only {left} of what was given can still come back.")
    at = "/quantity"


class LevelNegative(Invalid):
    code = "level.negative"
    sentence = N_("A level must not be negative.")
    at = "/minimum"


class LevelOrder(Invalid):
    code = "level.order"
    sentence = N_("Minimum, reorder point and maximum must not decrease in this order.")
    at = "/reorder_at"


class NotYourPlace(Forbidden):
    code = "place.not_yours"
    sentence = N_("This place belongs to another department.")
    at = "/place_id"
