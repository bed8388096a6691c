"""Realistic pages drawn with the shell alone, so that it can be looked at and driven without the shop."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src/stockroom/static"
TEMPLATES = [ROOT / "src/stockroom/platform/templates", Path(__file__).parent / "templates"]

USER = {"name": "Anna Wiśniewska", "initials": "AW", "role_label": "Pharmacist", "theme": "auto", "language": "en"}
ERRORS = [
    {"name": "invoice", "text": "This supplier already has FV/2025/11/0482, received on Mon 17 November."},
    {"name": "lines-1-batch", "text": "The batch is missing: this product is tracked by batch."},
]
MENU = {
    "": ["Home:home:/", "Approvals:clipboard-check:/approvals:3"],
    "Dispensing": ["Dispense:pill:/dispense", "Patients:users:/patients", "Controlled drugs:lock:/register"],
    "Stock": [
        "Products:package:/products",
        "Stock by place:building-warehouse:/stock",
        "Requisitions:clipboard-list:/requisitions:12",
        "Counts:checklist:/counts",
        "Expiry and recall:calendar-due:/expiry:7",
    ],
    "Buying": ["Purchase orders:shopping-cart:/purchase", "Goods receipts:truck-delivery:/receive", "Suppliers:building-store:/suppliers"],
    "Insight": ["Reports:report-analytics:/reports", "Audit trail:shield-check:/audit"],
}
PRODUCTS = [
    ("Amoxicillin 500 mg", "capsules", "AMX-500-20", "1,240", "1,060", "caps.", "Sat 31 Jan 2026", "1,054.00", "Enough", "ok"),
    ("Enoxaparin 40 mg/0.4 ml", "prefilled syringes", "ENX-040-10", "86", "22", "syr.", "Tue 30 Jun 2026", "1,978.00", "Below minimum", "warn"),
    ("Insulin aspart 100 U/ml", "solution for injection", "INS-ASP-5", "14", "14", "vials", "Sun 30 Nov 2025", "1,162.00", "Expires in 9 days", "warn"),
    ("Ketamine 50 mg/ml", "solution for injection", "KET-050-5", "40", "0", "amp.", "Wed 31 Dec 2025", "612.40", "On hold", "info"),
    ("Metformin 1000 mg", "tablets", "MET-1000-60", "3,600", "3,600", "tabl.", "Thu 30 Sep 2027", "468.00", "Enough", "ok"),
    ("Morphine sulphate 10 mg/ml", "solution for injection", "MOR-010-10", "120", "110", "amp.", "Fri 30 Apr 2027", "384.00", "Enough", "ok"),
    ("Paracetamol 1 g/100 ml", "solution for infusion", "PAR-1G-10", "0", "0", "bags", "", "0.00", "None left", "bad"),
    ("Salbutamol 100 µg", "inhaler, pressurised suspension", "SAL-100", "31", "31", "pcs", "Mon 31 May 2027", "496.00", "Not stocked", "muted"),
]
BATCHES = [
    ("B24-1187", "Fri 31 Oct 2025", "Main pharmacy, quarantine", "60", "0", "0", "Expired", "bad"),
    ("B25-0312", "Sat 31 Jan 2026", "Main pharmacy", "420", "180", "240", "Available", "ok"),
    ("B25-0312", "Sat 31 Jan 2026", "Ward 3, surgery", "60", "0", "60", "Available", "ok"),
    ("B25-0907", "Wed 30 Sep 2026", "Main pharmacy", "700", "0", "0", "On hold", "warn"),
]
LINES = [
    {"product": "Amoxicillin 500 mg, 20 caps.", "id": "1", "batch": "B25-0991", "expires": "2027-03-31", "quantity": "40", "unit": "packs", "price": "17,00"},
    {"product": "Enoxaparin 40 mg, 10 syringes", "id": "2", "batch": "", "expires": "2027-06-30", "quantity": "12", "unit": "packs", "price": "50,38"},
]


class Query(dict[str, str]):
    def with_(self, **changes: object) -> str:
        merged: dict[str, object] = {**self, **changes}
        return "?" + urlencode({k: v for k, v in merged.items() if v is not None})


def manifest() -> Mapping[str, str]:
    return json.loads((STATIC / "manifest.json").read_text())


@cache
def environment() -> Environment:
    env = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"])
    files = manifest()
    env.install_gettext_callables(lambda s: s, lambda one, many, n: one if n == 1 else many, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(asset=lambda name: f"/static/{files[name]}")
    return env


def navigation(path: str) -> list[dict[str, Any]]:
    return [{"title": title, "items": [_item(line, path) for line in lines]} for title, lines in MENU.items()]


def _item(line: str, path: str) -> dict[str, Any]:
    label, icon, url, *count = line.split(":")
    active = url == path or (url == "/products" and path.startswith(url))
    return {"label": label, "icon": icon, "url": url, "count": "".join(count), "active": active}


def context(path: str, query: Mapping[str, str], theme: str) -> dict[str, Any]:
    return {
        "user": {**USER, "theme": theme},
        "nav": navigation(path),
        "flashes": [],
        "csrf_token": "token",
        "request_id": "0197a6f2-5d1c",
        "version": "0.1.0",
        "path": path,
        "query": Query(query),
        "lang": "en",
    }


def list_page() -> dict[str, Any]:
    keys = ("name", "form", "code", "on_hand", "available", "unit", "expiry", "value", "state", "tone")
    chips = [("All", 1284, True), ("Below minimum", 17, False), ("Expiring in 90 days", 42, False), ("On hold", 3, False)]
    return {
        "rows": [dict(zip(keys, row, strict=True)) for row in PRODUCTS],
        "chips": [{"label": label, "count": count, "active": active, "url": "/products"} for label, count, active in chips],
        "flashes": [{"kind": "success", "text": "GRN-2025-00117 is posted: 2 lines, 1,284.50 zł."}],
    }


def detail_page() -> dict[str, Any]:
    keys = ("code", "expires", "place", "on_hand", "reserved", "available", "state", "tone")
    values = [980, 960, 940, 900, 860, 820, 800, 770, 740, 720, 690, 640, 600, 580, 1380, 1340, 1300, 1290, 1260, 1240]
    series = {"kind": "step", "unit": "caps.", "limit": 600, "limitLabel": "Reorder", "x": [f"{d} Nov" for d in range(1, 21)]}
    return {"batches": [dict(zip(keys, b, strict=True)) for b in BATCHES], "series": {**series, "series": [{"name": "On hand", "values": values}]}}


def form_page(errors: list[dict[str, str]]) -> dict[str, Any]:
    return {"errors": errors, "by_name": {e["name"]: e["text"] for e in errors}, "lines": LINES, "blank": dict.fromkeys(LINES[0], "")}
