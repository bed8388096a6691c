"""Who plays in the demo hospital. Everybody here is invented."""

from datetime import date, timedelta
from random import Random

import msgspec

PASSWORD = "Demo-Szpital-7"  # noqa: S105  (printed at the start for anybody to try; demo data only)

ACCOUNTS: tuple[tuple[str, str, str, str], ...] = (
    ("admin", "Alicja Wrona", "admin", ""),
    ("pharmacist", "Piotr Zalewski", "pharmacist", ""),
    ("technician", "Tamara Lis", "technician", ""),
    ("nurse", "Natalia Bąk", "ward", "Cardiology"),
    ("purchasing", "Paweł Grab", "purchasing", ""),
    ("auditor", "Aurelia Mazur", "auditor", ""),
)
"""User name, name, role, department they are bound to."""

MAIN = "Main Pharmacy"
DEPARTMENTS: tuple[tuple[str, str, str], ...] = (
    (MAIN, "mgr farm. Piotr Zalewski", "+48 22 555 01 00"),
    ("Emergency Department", "lek. Ewa Sokół", "+48 22 555 01 11"),
    ("Intensive Care Unit", "dr Adam Jodła", "+48 22 555 01 12"),
    ("Cardiology", "dr hab. Celina Wiatr", "+48 22 555 01 13"),
    ("Internal Medicine", "dr Igor Polny", "+48 22 555 01 14"),
    ("General Surgery", "dr Gustaw Rzeka", "+48 22 555 01 15"),
    ("Orthopaedics", "dr Olga Skała", "+48 22 555 01 16"),
    ("Paediatrics", "dr Pola Brzoza", "+48 22 555 01 17"),
    ("Obstetrics and Gynaecology", "dr Oskar Łąka", "+48 22 555 01 18"),
    ("Oncology", "dr Oliwia Jasna", "+48 22 555 01 19"),
    ("Neurology", "dr Norbert Chmura", "+48 22 555 01 20"),
    ("Operating Theatre", "dr Teresa Śnieg", "+48 22 555 01 21"),
)

SUPPLIERS: tuple[tuple[str, str, str, int], ...] = (
    ("Hurtownia Leków Bursztyn", "wholesaler", "Gdańsk", 2),
    ("Medi-Wisła Dystrybucja", "distributor", "Warszawa", 1),
    ("Farmacja Tatry", "wholesaler", "Kraków", 3),
    ("Pomorski Skład Apteczny", "wholesaler", "Gdynia", 2),
    ("Zakłady Farmaceutyczne Orla", "manufacturer", "Łódź", 7),
    ("Laboratorium Jantar", "manufacturer", "Sopot", 10),
    ("Szczepionki Mazowsze", "distributor", "Warszawa", 4),
    ("Płyny Infuzyjne Podlasie", "manufacturer", "Białystok", 5),
)

SPECIALTIES = (
    "Cardiology", "Internal Medicine", "Surgery", "Paediatrics", "Oncology", "Neurology", "Anaesthesiology",
    "Orthopaedics", "Gynaecology", "Emergency Medicine",
)  # fmt: skip

WOMEN = (
    "Anna", "Barbara", "Celina", "Dorota", "Elżbieta", "Felicja", "Grażyna", "Halina", "Irena", "Jadwiga",
    "Katarzyna", "Łucja", "Małgorzata", "Nina", "Olga", "Renata", "Stanisława", "Urszula", "Wanda", "Zofia",
)  # fmt: skip
MEN = (
    "Adam", "Bogdan", "Cezary", "Dariusz", "Edward", "Feliks", "Grzegorz", "Henryk", "Ignacy", "Janusz",
    "Kazimierz", "Łukasz", "Marian", "Norbert", "Olgierd", "Przemysław", "Ryszard", "Stefan", "Tadeusz", "Zenon",
)  # fmt: skip
SURNAMES = (
    "Brzozowiec", "Chmielak", "Dębiniec", "Fiołek", "Gajewnik", "Jaworzec", "Kaliniak", "Leszczyniec", "Malinka",
    "Olszyniak", "Paprotny", "Rokitnik", "Sasanka", "Tarniniak", "Wierzbiec", "Żurawinka", "Borówka", "Cisowy",
    "Głogowiec", "Jesionek", "Konwaliak", "Lipiniec", "Modrzewny", "Narcyzowy", "Osiczak", "Porzeczny",
)  # fmt: skip

ALLERGIES: tuple[tuple[str, ...], ...] = (
    (), (), (), (), (), (), ("penicillins",), ("nsaids",), ("sulfonamides",), ("iodine", "penicillins"), ("latex",),
)  # fmt: skip

DIRECTIONS = (
    "1 tablet twice a day", "1 tablet at night", "Once, before the procedure", "Every 8 hours",
    "Every 12 hours, 7 days", "As needed, at most 4 a day", "By infusion over 30 minutes", "1 three times a day",
)  # fmt: skip


class DemoPerson(msgspec.Struct, frozen=True):
    """An invented patient."""

    name: str
    sex: str
    birth_date: date
    department: str
    allergy_groups: tuple[str, ...]
    phone: str


def invent_people(random: Random, count: int, *, today: date) -> list[DemoPerson]:
    """Patients of all ages; children lie in paediatrics."""
    wards = [name for name, _, _ in DEPARTMENTS[1:]]
    people: list[DemoPerson] = []
    for number in range(count):
        woman = random.random() < 0.52
        first = random.choice(WOMEN if woman else MEN)
        child = random.random() < 0.1
        days = random.randint(200, 16 * 365) if child else random.randint(18 * 365, 95 * 365)
        people.append(
            DemoPerson(
                name=f"{first} {random.choice(SURNAMES)}",
                sex="female" if woman else "male",
                birth_date=today - timedelta(days=days),
                department="Paediatrics" if child else random.choice(wards),
                allergy_groups=random.choice(ALLERGIES),
                phone=f"+48 500 {number:03d} {random.randint(100, 999)}",
            )
        )
    return people


def invent_prescribers(random: Random, count: int) -> list[tuple[str, str, str, str]]:
    """Name, licence, specialty, department."""
    wards = [name for name, _, _ in DEPARTMENTS[1:]]
    return [
        (
            f"lek. {random.choice(WOMEN + MEN)} {SURNAMES[number % len(SURNAMES)]}",
            f"{7_100_000 + number * 37}",
            random.choice(SPECIALTIES),
            wards[number % len(wards)],
        )
        for number in range(count)
    ]
