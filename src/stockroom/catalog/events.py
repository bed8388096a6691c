"""What the catalog is about to do, so that higher modules can refuse in the same transaction."""

from uuid import UUID

from stockroom.platform.events import Event


class ProductUnitChanging(Event, frozen=True):
    """The unit or the precision changes. Whoever keeps quantities raises UnitInUse."""

    product_id: UUID


class ProductTrackingChanging(Event, frozen=True):
    """The kind, or the tracking by batch or expiry, changes. Whoever holds stock raises TrackingInUse."""

    product_id: UUID


class ProductArchiving(Event, frozen=True):
    """The product leaves use. Whoever holds stock of it raises ProductHasStock."""

    product_id: UUID
