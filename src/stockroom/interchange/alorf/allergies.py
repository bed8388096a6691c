"""Allergy text to groups, in English, Polish and Arabic. The text itself is always kept whole."""

import re
from typing import NamedTuple

NONE_WORDS = frozenset(
    {
        *("", "-", "--", "0", "n/a", "na", "no", "nil", "none", "nka", "nkda", "unknown", "none known"),
        *("no allergy", "no allergies", "no known allergy", "no known allergies", "no known drug allergies"),
        *("brak", "nie", "nie ma", "żadne", "nieznane", "bez alergii", "brak alergii", "brak uczuleń"),
        *("brak znanych", "nie stwierdzono", "لا", "لا يوجد", "لا توجد", "لايوجد", "لا يوجد حساسية"),
        *("لا توجد حساسية", "غير معروف", "بدون"),
    }
)
SPLIT = re.compile(r"[,;/\n+&،؛]|\band\b|\bi\b|\boraz\b|\sو\s", re.IGNORECASE)
NEGATED = re.compile(r"^(?:no|not|nie|bez|non|لا|ليس)\b|\bdenies\b|\bneguje\b", re.IGNORECASE)
GROUPS: dict[str, re.Pattern[str]] = {
    group: re.compile(pattern, re.IGNORECASE)
    for group, pattern in {
        "penicillins": r"penicil|penicyl|cillin|cylin[aęy]|augmentin|co-?amox|بنسل|أموكس|اموكس",
        "cephalosporins": r"\bcephal|\bcefal|\bcef[a-z]|\bceph|سيفا|سيف",
        "sulfonamides": r"sulfa(?!t)|sulpha(?!t)|sulfon|sulphon|co-?trimox|bactrim|biseptol|سلفا|سلفون",
        "nsaids": r"nsaid|nlpz|aspirin|aspiryn|acetylsal|ibuprof|diclof|diklof|naprox|naproks|ketoprof|"
        r"أسبرين|اسبرين|بروفين|ديكلوف",
        "opioids": r"opioid|opiate|opiat|morphin|morfin|code?in\b|codeine|kodein|tramadol|fentan|pethid|"
        r"oxycod|oksykod|مورفين|كودايين|كودين|ترامادول",
        "latex": r"latex|lateks|لاتكس",
        "iodine": r"iodin|\bjod|jodyn|contrast|kontrast|يود|صبغة",
        "macrolides": r"macrol|makrol|thromycin|tromycyn|ثرومايسين",
        "quinolones": r"quinol|chinol|floxacin|floksacyn|فلوكساسين",
        "tetracyclines": r"cyclin(?!d)|tetracykl|doksycykl|تتراسيكلين|دوكسي",
        "local_anaesthetics": r"lidoca|lidoka|lignoca|bupivac|bupiwak|novoca|nowoka|ليدوكايين",
    }.items()
}
IN_HISTORY = re.compile(r"allerg|uczul|alergi|حساسي", re.IGNORECASE)


class Allergies(NamedTuple):
    """`uncoded` and `doubtful` are the parts a person should look at; doubtful ones are coded too."""

    recorded: bool
    groups: tuple[str, ...]
    uncoded: tuple[str, ...]
    doubtful: tuple[str, ...]


def read_allergies(text: str) -> Allergies:
    """A part that names a group counts even when it is negated: a false warning harms less."""
    if _is_none(text):
        return Allergies(recorded=False, groups=(), uncoded=(), doubtful=())
    groups: set[str] = set()
    uncoded: list[str] = []
    doubtful: list[str] = []
    for part in (part.strip(" .") for part in SPLIT.split(text)):
        if not part or _is_none(part):
            continue
        named = {group for group, pattern in GROUPS.items() if pattern.search(part)}
        groups |= named
        if not named:
            uncoded.append(part)
        elif NEGATED.search(part):
            doubtful.append(part)
    return Allergies(bool(groups or uncoded), tuple(sorted(groups)), tuple(uncoded), tuple(doubtful))


def mentions_allergy(text: str) -> bool:
    return IN_HISTORY.search(text) is not None


def _is_none(text: str) -> bool:
    return " ".join(text.casefold().strip(" .").split()) in NONE_WORDS
