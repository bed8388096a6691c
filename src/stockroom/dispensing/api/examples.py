"""What the API's documents look like, for its documentation; the tests post every one of them."""

from typing import Any

PATIENT: dict[str, Any] = {
    "name": "Jan Wójcik",
    "file_number": "K-1047/26",
    "sex": "male",
    "birth_date": "1957-05-14",
    "phone": "+48 600 000 000",
    "allergies": "rash after amoxicillin in 2019",
    "allergy_groups": ["penicillins"],
}
PRESCRIBER: dict[str, Any] = {
    "name": "dr Anna Zielińska",
    "licence": "5425740",
    "specialty": "cardiology",
    "position": "head of ward",
    "email": "a.zielinska@hospital.example",
}
DISPENSING: dict[str, Any] = {
    "patient_id": "01980000-0000-7000-8000-000000000001",
    "prescriber_id": "01980000-0000-7000-8000-000000000002",
    "place_id": "01980000-0000-7000-8000-000000000003",
    "lines": [
        {
            "product_id": "01980000-0000-7000-8000-000000000004",
            "quantity": 14,
            "directions": "1 tablet twice a day after meals",
            "allow_partial": True,
        }
    ],
    "answers": [
        {
            "code": "high_alert",
            "product_id": "01980000-0000-7000-8000-000000000004",
            "reason": "dose checked by a second pharmacist",
        }
    ],
}
PREVIEW: dict[str, Any] = {
    "patient_id": "01980000-0000-7000-8000-000000000001",
    "place_id": "01980000-0000-7000-8000-000000000003",
    "lines": [{"product_id": "01980000-0000-7000-8000-000000000004", "quantity": 14}],
}
RETURN: dict[str, Any] = {"lines": [{"line": 1, "quantity": 4}], "reason": "patient discharged"}
