"""From a source to a plan and its report. Pure: the moment and the zone are given, nothing is written."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from stockroom.interchange.alorf import catalog, documents, patients, people, plan, stock
from stockroom.interchange.alorf.catalog import Medicine, report_same_names
from stockroom.interchange.alorf.documents import Known, Paper
from stockroom.interchange.alorf.forms import read_form
from stockroom.interchange.alorf.messages import message_for
from stockroom.interchange.alorf.numbers import show
from stockroom.interchange.alorf.reading import Journal
from stockroom.interchange.alorf.reconcile import reconcile
from stockroom.interchange.alorf.report import Line, Report, build_report, file_line
from stockroom.interchange.alorf.sources import Source
from stockroom.interchange.alorf.stock import Stock, StockTaker, Store
from stockroom.interchange.alorf.tables import Record, build_tables


class Migration(NamedTuple):
    """`plan` is None when anything is fatal: then nothing may be imported."""

    plan: plan.Plan | None
    report: Report


class _People(NamedTuple):
    departments: dict[str, plan.Department]
    main: str | None
    patients: dict[str, plan.Patient]
    prescribers: dict[str, plan.Prescriber]
    users: dict[str, plan.User]


class _Goods(NamedTuple):
    suppliers: dict[str, plan.Supplier]
    forms: dict[str, plan.Form]
    stores: dict[str, Store]
    main: str | None
    stock: Stock
    medicines: dict[str, Medicine]


def plan_migration(source: Source, *, at: datetime, zone: ZoneInfo) -> Migration:
    """Normalise a source into a plan. `at` (aware) dates the import; naive times are read in `zone`.

    The same source, moment and zone give the same plan byte for byte.
    """
    if any(line.outcome == "fatal" for line in source.lines):
        return Migration(None, build_report(source.lines, (), ()))
    tables = build_tables(source)
    journal = Journal(at=at, zone=zone)
    staff = _take_people(tables.records, journal, source.made_at or at)
    goods = _take_goods(tables.records, journal, staff)
    papers = _take_papers(tables.records, journal, staff, goods)
    differences = reconcile(
        papers,
        goods.stock.shelf,
        main=goods.main,
        places=set(goods.stores),
        products=set(goods.stock.products),
    )
    made = _assemble(source, zone=zone, staff=staff, goods=goods, papers=papers, differences=differences)
    stores = source.json.get("stores") or source.csv.get("stores")
    file = stores.name if stores else ""
    lines = (*tables.disagreements, *_difference_lines(made, file), *_refused_lines(made, file))
    report = build_report((*source.lines, *_naive_lines(journal)), journal.lines(), lines)
    return Migration(made, report)


def _take_people(records: dict[str, list[Record]], journal: Journal, when: datetime) -> _People:
    departments = journal.take_each(records["departments"], people.read_department)
    main = people.main_department(departments)
    if main is not None:
        departments[main] = msgspec.structs.replace(departments[main], is_main=True)
        if not people.PHARMACY.search(departments[main].name):
            journal.reading_of("departments", main).note("main_by_id", name=departments[main].name)
    file_numbers: dict[str, str] = {}
    names = people.TakenNames({}, {})
    taken = _People(
        departments,
        main,
        journal.take_each(
            records["patients"],
            partial(patients.read_patient, departments=departments, taken=file_numbers, at=when),
        ),
        journal.take_each(records["doctors"], partial(people.read_prescriber, departments=departments)),
        journal.take_each(
            records["users"], partial(people.read_user, departments=departments, main=main, taken=names)
        ),
    )
    report_same_names(departments.values(), "departments", journal)
    report_same_names(taken.patients.values(), "patients", journal)
    return taken


def _take_goods(records: dict[str, list[Record]], journal: Journal, staff: _People) -> _Goods:
    suppliers = journal.take_each(records["suppliers"], catalog.read_supplier)
    forms = journal.take_each(records["forms"], catalog.read_form_record)
    barcodes: dict[str, str] = {}
    medicines = journal.take_each(
        records["medicines"], partial(catalog.read_medicine, suppliers=suppliers, barcodes=barcodes)
    )
    stores = journal.take_each(records["stores"], partial(stock.read_store, departments=staff.departments))
    main = stock.main_store(stores, staff.main)
    stores = {key: _placed(key, store, main) for key, store in stores.items()}
    report_same_names(suppliers.values(), "suppliers", journal)
    report_same_names((one.product for one in medicines.values()), "medicines", journal)
    report_same_names((store.place for store in stores.values()), "stores", journal)
    taken = StockTaker(medicines, journal).take(stores)
    return _Goods(suppliers, forms, stores, main, taken, medicines)


def _placed(key: str, store: Store, main: str | None) -> Store:
    is_ward = key != main and store.place.department_key is not None
    place = msgspec.structs.replace(store.place, is_main=key == main, kind="ward" if is_ward else "storage")
    return store._replace(place=place)


def _take_papers(
    records: dict[str, list[Record]], journal: Journal, staff: _People, goods: _Goods
) -> list[Paper]:
    stores_of: dict[str, str] = {}
    for key, store in goods.stores.items():
        stores_of.setdefault(store.place.department_key or "", key)
    stores_of.pop("", None)
    known = Known(
        goods.medicines, goods.suppliers, staff.patients, goods.stores, staff.departments, stores_of
    )
    rules: dict[str, documents.Rule] = {
        "purchases": documents.read_purchase,
        "consumption": documents.read_consumption,
        "transfers": documents.read_transfer,
        "history": documents.read_activity,
    }
    return [
        paper
        for table, rule in rules.items()
        for paper in journal.take_each(records[table], partial(rule, known)).values()
    ]


def _assemble(
    source: Source,
    *,
    zone: ZoneInfo,
    staff: _People,
    goods: _Goods,
    papers: list[Paper],
    differences: tuple[plan.Difference, ...],
) -> plan.Plan:
    return plan.Plan(
        origin=plan.Origin(layout=source.layout, zone=zone.key, made_at=source.made_at, files=source.digests),
        departments=tuple(staff.departments.values()),
        places=tuple(store.place for store in goods.stores.values()),
        suppliers=tuple(goods.suppliers.values()),
        forms=tuple(form for form in goods.forms.values() if read_form(form.name) is None),
        products=tuple(goods.stock.products.values()),
        patients=tuple(staff.patients.values()),
        prescribers=tuple(staff.prescribers.values()),
        users=tuple(staff.users.values()),
        batches=goods.stock.batches,
        openings=goods.stock.openings,
        refused_stock=goods.stock.refused,
        documents=tuple(paper.document for paper in papers),
        differences=differences,
    )


def _difference_lines(made: plan.Plan, file: str) -> Iterator[Line]:
    for one in made.differences:
        details = {
            "medicine": one.old_medicine_id,
            "recorded": show(one.recorded),
            "expected": show(one.expected),
            "opening": show(one.opening),
            "documents": "; ".join(one.documents),
            "explained_by": "; ".join(one.explained_by),
        }
        yield _stock_line(one.old_store_id, one.old_medicine_id, file, one.code, details)


def _refused_lines(made: plan.Plan, file: str) -> Iterator[Line]:
    for one in made.refused_stock:
        why = message_for(one.code, {"medicine": one.old_medicine_id, "text": one.quantity_text})
        details = {"medicine": one.old_medicine_id, "quantity": one.quantity_text, "why": why}
        yield _stock_line(one.old_store_id, one.old_medicine_id, file, "stock_not_brought_in", details)


def _stock_line(store: str, medicine: str, file: str, code: str, details: dict[str, str]) -> Line:
    return Line(
        entity="stock",
        old_id=f"{store}/{medicine}",
        file=file,
        row=0,
        outcome="difference",
        code=code,
        message=message_for(code, details),
        details=details,
    )


def _naive_lines(journal: Journal) -> Iterator[Line]:
    for file, count in sorted(journal.naive.items()):
        yield file_line("changed", "naive_times", file, count=str(count), zone=journal.zone.key)
