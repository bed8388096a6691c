"""Real ids of the demo hospital, by the name that paths and bodies give them."""

from pathlib import Path
from typing import Any

import psycopg

BY_NAME = {
    "account_id": "select id from people.account where username = 'technician'",
    "department_id": """select id from people.department where not is_main
        and name <> 'Empty wing' order by name limit 1""",
    "product_id": """select product_id from stock.balance where on_hand > 0
        group by product_id order by count(*) desc, product_id limit 1""",
    "supplier_id": "select id from catalog.supplier order by name limit 1",
    "preferred_supplier_id": "select id from catalog.supplier order by name limit 1",
    "pack_id": "select id from catalog.pack order by id limit 1",
    "place_id": "select id from stock.place where is_main",
    "from_place_id": "select id from stock.place where is_main",
    "to_place_id": "select id from stock.place where kind = 'ward' order by code limit 1",
    "parent_id": "select id from stock.place where is_main",
    "batch_id": "select batch_id from stock.balance where on_hand > 0 order by batch_id limit 1",
    "document_id": "select id from stock.document where kind = 'transfer' order by number limit 1",
    "receipt_id": "select id from buying.receipt order by id desc limit 1",
    "patient_id": "select patient_id from dispensing.dispensing order by id limit 1",
    "into_id": "select id from dispensing.patient order by file_number desc limit 1",
    "prescriber_id": "select id from dispensing.prescriber order by name limit 1",
    "dispensing_id": "select id from dispensing.dispensing order by id desc limit 1",
    "session_id": "select id from people.session order by created_at limit 1",
    "role_code": "select code from people.role where not builtin order by code limit 1",
    "key_id": "select id from people.api_key order by id limit 1",
    "code": "select code from catalog.dosage_form order by code limit 1",
    "file_id": "select id from platform.file where kind = 'document' order by id limit 1",
}
KINDS = {"issues": "issue", "transfers": "transfer", "adjustments": "adjustment", "disposals": "disposal"}
OF_KIND = "select id from stock.document where kind = %s order by number limit 1"

# What the demo hospital has none of: a role of its own, an API key, and a department where nothing ever was.
ADDED = (
    """insert into people.role (code, name, permissions)
        values ('night-desk-0f3a9c', 'Night desk', array['catalog.product.read'])""",
    """insert into people.api_key
        (id, account_id, name, prefix, secret_hash, scopes, access_epoch, created_at, expires_at)
        select gen_random_uuid(), id, 'Sample', 'srk_0f3a9c0f', sha256('sample'), array['catalog.product.read'],
            access_epoch, now(), now() + interval '90 days'
        from people.account where username = 'technician'""",
    "insert into people.department (id, name) values (gen_random_uuid(), 'Empty wing')",
    f"""insert into platform.file (id, entity, entity_id, kind, key, sha256, size, media_type, name, created_by_name,
            created_at)
        select gen_random_uuid(), 'receipt', ({BY_NAME["receipt_id"]}), 'document', repeat('a', 32), sha256('a'), 1,
            'application/pdf', 'Invoice.pdf', 'Sample', now()""",
    f"""insert into platform.file (id, entity, entity_id, kind, key, small_key, sha256, size, media_type, name,
            created_by_name, created_at)
        select gen_random_uuid(), 'patient', ({BY_NAME["patient_id"]}), 'photo', repeat('b', 32), repeat('c', 32),
            sha256('b'), 1, 'image/webp', 'photo', 'Sample', now()""",
)
STORED = ("a" * 32, "b" * 32, "c" * 32)


def add_samples(conninfo: str) -> str:
    with psycopg.connect(conninfo) as db:
        for statement in ADDED:
            db.execute(statement.encode())
    return conninfo


def add_sample_files(data: Path) -> None:
    """What the rows of ``ADDED`` say is on the disk."""
    for key in STORED:
        path = data / "files" / key[:2] / key[2:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sample")


class Samples:
    """One real value for each name; ``None`` where the demo has none."""

    def __init__(self, conninfo: str) -> None:
        with psycopg.connect(conninfo) as db:
            self.values = {name: _first(db, query) for name, query in BY_NAME.items()} | {"line": "1"}
            self._documents = {noun: _first(db, OF_KIND, [kind]) for noun, kind in KINDS.items()}
            self._documents["old-documents"] = None  # the demo hospital was never migrated

    def for_path(self, path: str) -> dict[str, str | None]:
        """The documents of a path are of the kind that the path is about."""
        noun = next((part for part in path.split("/") if part in self._documents), None)
        return self.values | ({"document_id": self._documents[noun]} if noun else {})

    def filled(self, path: str) -> str:
        """``/products/{product_id}`` with a real id. Raises KeyError for a name without one."""
        known = self.for_path(path)
        for name in path.split("{")[1:]:
            key = name.partition("}")[0]
            value = known[key]
            if value is None:
                raise KeyError(key)
            path = path.replace(f"{{{key}}}", value)
        return path


def _first(db: psycopg.Connection[Any], query: str, params: list[str] | None = None) -> str | None:
    row = db.execute(query.encode(), params).fetchone()
    return None if row is None else str(row[0])
