"""The demo hospital before its first day: departments, stores, people, suppliers, medicines."""

from datetime import datetime
from decimal import Decimal
from random import Random
from uuid import UUID

import msgspec

from stockroom.catalog import (
    BarcodeInput,
    PackInput,
    PriceInput,
    ProductInput,
    SupplierInput,
    create_product,
    create_supplier,
    set_price,
)
from stockroom.dispensing import PatientInput, PrescriberInput, create_patient, create_prescriber
from stockroom.interchange.demo.cast import (
    ACCOUNTS,
    DEPARTMENTS,
    MAIN,
    PASSWORD,
    SUPPLIERS,
    invent_people,
    invent_prescribers,
)
from stockroom.interchange.demo.medicines import DemoMedicine, read_medicines
from stockroom.people import AccountInput, DepartmentInput, create_account, create_department, hash_password
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.stock import LevelInput, PlaceInput, create_place, set_level

PATIENTS = 220
PRESCRIBERS = 30
WARD_LEVELS = 6


class Shelf(msgspec.Struct, frozen=True):
    """A medicine with its id, and how much of it the pharmacy usually keeps."""

    id: UUID
    medicine: DemoMedicine
    usual: int


class Patient(msgspec.Struct, frozen=True):
    id: UUID
    department: str


class Setting(msgspec.Struct, frozen=True):
    """The ids of everything the story needs. ``wards`` are department name → place, ``people`` user name → who acts."""

    store: UUID
    quarantine: UUID
    wards: dict[str, UUID]
    shelves: list[Shelf]
    suppliers: list[UUID]
    patients: list[Patient]
    prescribers: list[UUID]
    people: dict[str, Actor]


async def lay_setting(
    db: Connection, random: Random, *, currency: str, actor: Actor, at: datetime
) -> Setting:
    departments = await _departments(db, actor=actor, at=at)
    store, quarantine, wards = await _places(db, departments, actor=actor, at=at)
    people = await _accounts(db, departments, actor=actor, at=at)
    suppliers = await _suppliers(db, actor=actor, at=at)
    shelves = await _medicines(db, random, suppliers, currency=currency, actor=actor, at=at)
    await _ward_levels(db, random, wards, shelves, actor=actor)
    return Setting(
        store=store,
        quarantine=quarantine,
        wards=wards,
        shelves=shelves,
        people=people,
        suppliers=suppliers,
        patients=await _patients(db, random, departments, actor=actor, at=at),
        prescribers=await _prescribers(db, random, departments, actor=actor, at=at),
    )


async def _departments(db: Connection, *, actor: Actor, at: datetime) -> dict[str, UUID]:
    found: dict[str, UUID] = {}
    for name, person, phone in DEPARTMENTS:
        department = DepartmentInput(name=name, responsible_person=person, phone=phone)
        found[name] = await create_department(
            db, department=department, is_main=name == MAIN, actor=actor, at=at
        )
    return found


async def _places(
    db: Connection, departments: dict[str, UUID], *, actor: Actor, at: datetime
) -> tuple[UUID, UUID, dict[str, UUID]]:
    main = departments[MAIN]
    store = PlaceInput(
        code="MAIN",
        name="Main store",
        kind="storage",
        department_id=main,
        location="Building A, ground floor",
    )
    store_id = await create_place(db, place=store, is_main=True, actor=actor, at=at)
    shelf = PlaceInput(
        code="QUARANTINE",
        name="Quarantine",
        kind="storage",
        department_id=main,
        location="Building A, room 12",
    )
    quarantine_id = await create_place(db, place=shelf, actor=actor, at=at)
    wards: dict[str, UUID] = {}
    for number, (name, department_id) in enumerate(list(departments.items())[1:], start=1):
        ward = PlaceInput(
            code=f"W{number:02d}",
            name=f"{name} ward store",
            kind="ward",
            department_id=department_id,
            location=f"Building {'BCD'[number % 3]}, floor {number % 4 + 1}",
        )
        wards[name] = await create_place(db, place=ward, actor=actor, at=at)
    return store_id, quarantine_id, wards


async def _ward_levels(
    db: Connection, random: Random, wards: dict[str, UUID], shelves: list[Shelf], *, actor: Actor
) -> None:
    """What each ward keeps for the night; supply falls short of some of it."""
    for place_id in wards.values():
        for shelf in random.sample(shelves, WARD_LEVELS):
            least = Decimal(max(shelf.usual // 60, 1))
            level = LevelInput(
                product_id=shelf.id, place_id=place_id, minimum=least, reorder_at=least, maximum=least * 3
            )
            await set_level(db, level=level, actor=actor)


async def _accounts(
    db: Connection, departments: dict[str, UUID], *, actor: Actor, at: datetime
) -> dict[str, Actor]:
    people: dict[str, Actor] = {}
    password = await hash_password(PASSWORD)
    for username, name, role, department in ACCOUNTS:
        account = AccountInput(
            username=username,
            name=name,
            role=role,
            email=f"{username}@hospital.example",
            password=PASSWORD,
            departments=[departments[department]] if department else [],
        )
        made = await create_account(
            db, account=account, policy="composition", password=password, actor=actor, at=at
        )
        people[username] = msgspec.structs.replace(actor, id=made, name=name)
    return people


async def _suppliers(db: Connection, *, actor: Actor, at: datetime) -> list[UUID]:
    found: list[UUID] = []
    for number, (name, kind, city, days) in enumerate(SUPPLIERS, start=1):
        raw = {
            "name": name,
            "kind": kind,
            "city": city,
            "lead_time_days": days,
            "phone": f"+48 22 555 02 {number:02d}",
            "email": f"orders{number}@supplier.example",
        }
        supplier = msgspec.convert(raw, SupplierInput)
        found.append(await create_supplier(db, supplier=supplier, actor=actor, at=at))
    return found


async def _medicines(
    db: Connection, random: Random, suppliers: list[UUID], *, currency: str, actor: Actor, at: datetime
) -> list[Shelf]:
    shelves: list[Shelf] = []
    for medicine in read_medicines():
        product_id = await create_product(
            db, product=_product(medicine, random.choice(suppliers)), actor=actor, at=at
        )
        price = PriceInput(kind="purchase", amount=medicine.price, currency=currency, valid_from=at.date())
        await set_price(db, product_id=product_id, price=price, actor=actor, at=at)
        usual = _usual_stock(medicine, random)
        level = LevelInput(
            product_id=product_id,
            minimum=Decimal(usual // 5),
            reorder_at=Decimal(usual // 3),
            maximum=Decimal(usual * 2),
        )
        await set_level(db, level=level, actor=actor)
        shelves.append(Shelf(product_id, medicine, usual))
    return shelves


def _product(medicine: DemoMedicine, supplier: UUID) -> ProductInput:
    packs = [PackInput(name=f"box of {size}", factor=Decimal(size)) for size in medicine.packs]
    raw = {
        "code": medicine.code,
        "name": medicine.name,
        "kind": "medicine",
        "category": medicine.category,
        "unit": medicine.unit,
        "vat_rate": 8,
        "preferred_supplier_id": supplier,
        "generic_name": medicine.generic,
        "strength": medicine.strength,
        "form_code": medicine.form,
        "route": medicine.route,
        "atc_code": medicine.atc,
        "prescription_only": medicine.prescription_only,
        "controlled_class": medicine.controlled_class,
        "storage_condition": medicine.storage,
        "high_alert": medicine.high_alert,
        "look_alike": medicine.look_alike,
        "allergy_groups": medicine.allergy_groups,
        "packs": packs,
        "barcodes": [BarcodeInput(code=medicine.gtin, pack=packs[0].name if packs else None)],
    }
    return msgspec.convert(raw, ProductInput, from_attributes=True)


def _usual_stock(medicine: DemoMedicine, random: Random) -> int:
    """Cheap things by the thousand, dear ones by the dozen."""
    wanted = 2_000 if medicine.price < 1 else 300 if medicine.price < 10 else 60
    return random.randint(wanted // 2, wanted)


async def _patients(
    db: Connection, random: Random, departments: dict[str, UUID], *, actor: Actor, at: datetime
) -> list[Patient]:
    found: list[Patient] = []
    for person in invent_people(random, PATIENTS, today=at.date()):
        raw = {
            "name": person.name,
            "sex": person.sex,
            "birth_date": person.birth_date,
            "department_id": departments[person.department],
            "phone": person.phone,
            "allergy_groups": list(person.allergy_groups),
        }
        patient = msgspec.convert(raw, PatientInput)
        found.append(
            Patient(await create_patient(db, patient=patient, actor=actor, at=at), person.department)
        )
    return found


async def _prescribers(
    db: Connection, random: Random, departments: dict[str, UUID], *, actor: Actor, at: datetime
) -> list[UUID]:
    found: list[UUID] = []
    for name, licence, specialty, department in invent_prescribers(random, PRESCRIBERS):
        prescriber = PrescriberInput(
            name=name, licence=licence, specialty=specialty, department_id=departments[department]
        )
        found.append(await create_prescriber(db, prescriber=prescriber, actor=actor, at=at))
    return found
