"""What a journey needs before it begins, made over the API: medicines of its own, and stock of them."""

from datetime import date, timedelta
from typing import Any

import httpx
from stdnum import ean

from stockroom.platform.clock import utc_now

TODAY = utc_now().date()
EARLY, LATE, OLD = (TODAY + timedelta(days=days) for days in (200, 900, -30))


def new_medicine(api: httpx.Client, code: str, **more: Any) -> str:
    """A medicine that nobody has touched; answers its id."""
    body = {"code": code, "name": f"Probolin {code}", "kind": "medicine", "unit": "tablet", **more}
    made = api.post("/api/products", json=body)
    assert made.status_code == 201, made.text
    return made.json()["id"]


def first(api: httpx.Client, collection: str, **query: Any) -> dict[str, Any]:
    return api.get(f"/api/{collection}", params={"limit": 1, **query}).json()["items"][0]


def main_store(api: httpx.Client) -> dict[str, Any]:
    places = api.get("/api/places", params={"per_page": 100}).json()["items"]
    return next(place for place in places if place["is_main"])


def stock(api: httpx.Client, product_id: str, *batches: tuple[str, int, date]) -> None:
    """These batches, received into the main store."""
    lines = [
        {"product_id": product_id, "batch_code": code, "quantity": quantity, "expires_on": day.isoformat()}
        for code, quantity, day in batches
    ]
    place, supplier = main_store(api)["id"], first(api, "suppliers")["id"]
    receipt = {"supplier_id": supplier, "place_id": place, "invoice_number": product_id, "lines": lines}
    made = api.post("/api/receipts", json=receipt)
    assert made.status_code == 201, made.text


def new_stocked(api: httpx.Client, code: str, quantity: int = 100, **more: Any) -> str:
    """A medicine of one batch; answers its id."""
    product_id = new_medicine(api, code, **more)
    stock(api, product_id, ("B1", quantity, EARLY))
    return product_id


def on_hand(api: httpx.Client, product_id: str, place_id: str = "") -> float:
    """Of a product, everywhere or at one place."""
    query = {"product_id": product_id, "per_page": 100} | ({"place_id": place_id} if place_id else {})
    return sum(row["on_hand"] for row in api.get("/api/balances", params=query).json()["items"])


def gtin(number: int) -> str:
    """A GTIN-14 with its check digit, of an invented maker."""
    digits = f"0590444{number:06d}"
    return digits + ean.calc_check_digit(digits)
