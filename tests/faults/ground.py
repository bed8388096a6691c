"""A small pharmacy made over HTTP: what the load stands on."""

from dataclasses import dataclass
from typing import Any

import httpx

FAR = "2031-01-31"


@dataclass(frozen=True)
class Pharmacy:
    store: str
    ward: str
    supplier: str
    products: tuple[str, ...]
    patient: str
    prescriber: str

    def receipt(self, product: int, quantity: int, batch: str) -> dict[str, Any]:
        line = {
            "product_id": self.products[product], "quantity": quantity, "batch_code": batch,
            "expires_on": FAR, "unit_price": 0.25,
        }  # fmt: skip
        return {"supplier_id": self.supplier, "place_id": self.store, "lines": [line]}

    def dispensing(self, product: int, quantity: int, *, again: bool = True) -> dict[str, Any]:
        """``again``: the patient had the medicine today already, and the warning is answered."""
        medicine = self.products[product]
        answers = [{"code": "duplicate", "product_id": medicine, "reason": "two doses"}] if again else []
        return {
            "patient_id": self.patient,
            "prescriber_id": self.prescriber,
            "place_id": self.store,
            "lines": [{"product_id": medicine, "quantity": quantity}],
            "answers": answers,
        }

    def transfer(self, product: int, quantity: int) -> dict[str, Any]:
        lines = [{"product_id": self.products[product], "quantity": quantity}]
        return {"from_place_id": self.store, "to_place_id": self.ward, "lines": lines}


def made(client: httpx.Client, path: str, body: dict[str, Any]) -> str:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def open_pharmacy(admin: httpx.Client) -> Pharmacy:
    """Two places, a supplier, three medicines, a patient and a prescriber."""
    return Pharmacy(
        store=made(admin, "/api/places", {"code": "MAIN", "name": "Main store", "kind": "storage"}),
        ward=made(admin, "/api/places", {"code": "WARD", "name": "Ward store", "kind": "ward"}),
        supplier=made(admin, "/api/suppliers", {"name": "Wholesaler"}),
        products=tuple(
            made(
                admin,
                "/api/products",
                {"code": f"MED{n}", "name": f"Medicine {n}", "kind": "medicine", "unit": "tablet"},
            )
            for n in range(3)
        ),
        patient=made(admin, "/api/patients", {"name": "Jan Wójcik"}),
        prescriber=made(admin, "/api/prescribers", {"name": "dr Anna Zielińska"}),
    )


def stock_up(client: httpx.Client, pharmacy: Pharmacy, quantity: int) -> int:
    """That much of each medicine stays after the first dose of each; answers how many documents it took."""
    for product in range(len(pharmacy.products)):
        made(client, "/api/receipts", pharmacy.receipt(product, quantity + 1, "A"))
        made(client, "/api/dispensings", pharmacy.dispensing(product, 1, again=False))
    return 2 * len(pharmacy.products)


def on_hand(client: httpx.Client, product: str) -> float:
    """Over all places, from the balances."""
    answer = client.get("/api/balances", params={"product_id": product, "per_page": 100})
    assert answer.status_code == 200, answer.text
    return sum(row["on_hand"] for row in answer.json()["items"])
