"""Dosage forms in free text, brought to the list the catalog starts with."""

import re

FORMS: dict[str, re.Pattern[str]] = {
    form: re.compile(pattern, re.IGNORECASE)
    for form, pattern in {
        "suppository": r"supposit|\bsupp\b|pessar|czop|تحميل|تحاميل|لبوس",
        "inhaler": r"inhal|aerosol|\bmdi\b|turbuhal|nebul|wziew|بخاخ استنشاق|استنشاق",
        "drops": r"drop|\bgtt\b|kropl|قطر",
        "suspension": r"suspens|\bsusp\b|zawies|معلق",
        "injection": r"injec|\binj\b|ampo?ul|\bamp\b|vial|infusion|syringe|iniekc|wstrzyk|fiol|infuz|"
        r"حقن|أمبول|امبول|فيال",
        "ointment": r"ointm|\boint\b|maść|masc\b|مرهم",
        "cream": r"cream|krem|كريم",
        "patch": r"patch|transderm|plast|لصق",
        "spray": r"spray|sprej|بخاخ",
        "gel": r"\bgel|żel|جل",
        "capsule": r"caps|\bcap\b|kaps|كبسول",
        "tablet": r"tabl|\btabs?\b|pill|caplet|drag|قرص|أقراص|اقراص|حبوب|حبة",
        "syrup": r"syrup|\bsyr\b|syrop|elixir|شراب",
        "powder": r"powder|sachet|prosz|saszet|granul|مسحوق|بودرة",
        "solution": r"solut|\bsol\b|roztw|liquid|płyn|mouthwash|محلول",
    }.items()
}
OTHER = "other"
LONGEST = 200
AMOUNT = r"\d+(?:[.,]\d+)?"
MASS = r"(?:mg|g|mcg|µg|μg|ug|iu|i\.u\.|units?|meq|mmol|%|ملغ|مجم|جم)"
STRENGTH = re.compile(rf"{AMOUNT}\s*{MASS}(?:\s*/\s*(?:{AMOUNT})?\s*(?:ml|g|dose|h|hr|tab)?)?", re.IGNORECASE)


def read_form(text: str) -> str | None:
    """The form named in the text, `other` for no text, None where the text names none we know."""
    if not text:
        return OTHER
    return next((form for form, pattern in FORMS.items() if pattern.search(text)), None)


def read_strength(text: str) -> str:
    """A strength within a form's text ("Capsule 250mg"); a pack size ("Syrup 100ml") is none."""
    match = STRENGTH.search(text[:LONGEST])
    return match[0].strip() if match else ""


def same_strength(one: str, other: str) -> bool:
    return re.sub(r"\s", "", one).casefold() == re.sub(r"\s", "", other).casefold()
