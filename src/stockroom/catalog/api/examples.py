"""What the API's documents look like, for its documentation; the tests post every one of them."""

from typing import Any

PRODUCT: dict[str, Any] = {
    "code": "AMX500",
    "name": "Amoxicillin 500 mg",
    "kind": "medicine",
    "category": "Antibiotics",
    "unit": "capsule",
    "precision": 0,
    "vat_rate": 8,
    "generic_name": "Amoxicillin",
    "brand_name": "Amotaks",
    "strength": "500 mg",
    "form_code": "capsule",
    "route": "oral",
    "atc_code": "J01CA04",
    "prescription_only": True,
    "storage_condition": "15–25 °C, dry",
    "allergy_groups": ["penicillins"],
    "packs": [{"name": "box of 20", "factor": 20}],
    "barcodes": [{"code": "5909990012343", "pack": "box of 20"}],
}
PRICE: dict[str, Any] = {"kind": "purchase", "amount": 0.4125, "currency": "PLN", "valid_from": "2026-01-01"}
SUPPLIER: dict[str, Any] = {
    "name": "Hurtownia Leków sp. z o.o.",
    "kind": "wholesaler",
    "contact_person": "Anna Nowak",
    "phone": "+48 22 000 00 00",
    "email": "zamowienia@hurtownia.example",
    "address": "ul. Magazynowa 5",
    "city": "Warszawa",
    "tax_id": "5260001246",
    "lead_time_days": 2,
}
DOSAGE_FORM: dict[str, Any] = {"code": "eye_drops", "name": "eye drops", "name_pl": "krople do oczu"}
