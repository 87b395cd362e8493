"""Rules R6 to R9: labels, sources, counting words and marks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from analysis.data.formats import Text
from analysis.errors import AnalysisError
from analysis.ledger.case import Case, Finding
from analysis.ledger.printed import MISSING_MARKS
from analysis.ledger.wording import NOTHING, capitalised, joined, quoted, same

# ------------------------------------------------------------------ R6: labels


def _repeated(labels: Iterable[str]) -> list[str]:
    return [label for label, times in Counter(labels).items() if times > 1]


def check_unique(case: Case) -> Finding:
    """R6: no label stands for two things."""
    given = case.needs("labels")
    labels = list(given.texts.values())
    repeated = _repeated(labels)
    if not repeated:
        count = len(labels)
        note: Text = {"en": f"All {count} labels differ.", "ru": f"Все обозначения ({count}) различны."}
        return Finding(True, {"en": f"{count} different", "ru": f"различных {count}"}, note)
    names = dict(zip(labels, given.told_by_label.values(), strict=True))
    told = joined((_times(quoted(names[label]), labels.count(label)) for label in repeated), "; ")
    different = len(set(labels))
    reproduced: Text = {
        "en": f"{different} different of {len(labels)}",
        "ru": f"различных {different} из {len(labels)}",
    }
    return Finding(False, reproduced, {"en": f"Repeated: {told['en']}.", "ru": f"Повторяется: {told['ru']}."})


def _times(label: Text, times: int) -> Text:
    return {"en": f"{label['en']} {times} times", "ru": f"{label['ru']} — раз: {times}"}


def check_numbering(case: Case) -> Finding:
    """R6: numbers in order of appearance, one after the other, none twice."""
    numbers = [int(number.middle) for number in case.numbers("labels").values()]
    holds = numbers == list(range(1, len(numbers) + 1))
    twice = ", ".join(_repeated(map(str, numbers)))
    absent = ", ".join(str(n) for n in range(1, max(numbers) + 1) if n not in numbers)
    faults = joined(
        [
            {"en": f"twice: {twice}", "ru": f"дважды: {twice}"} if twice else NOTHING,
            {"en": f"absent: {absent}", "ru": f"нет: {absent}"} if absent else NOTHING,
        ],
        "; ",
    )
    if not faults["en"]:
        faults = (
            {"en": "Complete", "ru": "ряд полный"} if holds else {"en": "not in order", "ru": "не по порядку"}
        )
    printed = ", ".join(map(str, numbers))
    note: Text = {
        "en": f"Printed: {printed}. {faults['en']}.",
        "ru": f"Напечатано: {printed}. {capitalised(faults)['ru']}.",
    }
    return Finding(holds, same(printed), note)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[\u2010-\u2015\u2212]", "-", text)).strip().casefold()


def check_same(case: Case) -> Finding:
    """R6, R10: two printings of one fact agree."""
    other = case.needs("other")
    here, there = case.quoted, quoted(other.told)
    note: Text = {
        "en": f"{here['en']} here, {there['en']} there.",
        "ru": f"{here['ru']} здесь, {there['ru']} там.",
    }
    return Finding(_folded(case.text) == _folded(other.text), other.told, note)


# Russian for facts of a bibliographic entry, and for the languages it is printed in
_FACTS_RU = {
    "year": "год",
    "volume": "том",
    "issue": "номер",
    "whole_number": "сквозной номер",
    "pages": "страницы",
    "source": "источник",
    "doi": "DOI",
}
_SHORT_RU = {"ru": "рус.", "en": "англ."}


def _fact(fact: str) -> Text:
    name = fact.replace("_", " ")
    return {"en": name, "ru": _FACTS_RU.get(fact, name)}


def _in_language(language: str) -> Text:
    return {"en": f"({language})", "ru": f"({_SHORT_RU.get(language, language)})"}


def _facts_by_language(case: Case) -> dict[str, dict[str, str]]:
    facts: dict[str, dict[str, str]] = {}
    for label, text in case.needs("facts").texts.items():
        language, _, fact = label.partition(" ")
        if text and fact != "label":
            facts.setdefault(language, {})[fact] = _folded(text)
    if len(facts) != 2:
        raise AnalysisError(f"{case.where} needs facts in two languages; {', '.join(facts) or 'none'} given.")
    return facts


def check_same_in_languages(case: Case) -> Finding:
    """R6: facts printed in two languages agree; inputs are labelled ``<language> <fact>``."""
    facts = _facts_by_language(case)
    (first, a), (second, b) = facts.items()
    common, swapped = [fact for fact in a if fact in b], _swapped(facts)
    told = joined([*_differing(facts, common), *swapped], "; ")
    agreeing = joined(map(_fact, common), ", ")
    agree: Text = {"en": f"{len(common)} facts agree", "ru": f"совпали сведения: {len(common)}"}
    names = joined(_alone(first, a, b) + _alone(second, b, a), ", ")
    note: Text = {
        "en": f"{told['en']}." if told["en"] else f"{agree['en']}: {agreeing['en']}.",
        "ru": f"{told['ru']}." if told["ru"] else f"Совпадают сведения ({len(common)}): {agreeing['ru']}.",
    }
    rest: Text = {"en": f"In one list only: {names['en']}.", "ru": f"Только в одном списке: {names['ru']}."}
    # a fact under another name on the other side is missing on neither
    whole = joined([capitalised(note), rest if names["en"] and not swapped else NOTHING])
    return Finding(not told["en"], told if told["en"] else agree, whole)


def _alone(language: str, facts: Mapping[str, str], others: Mapping[str, str]) -> list[Text]:
    """Facts that one language has and the other has not."""
    return [joined([_fact(fact), _in_language(language)]) for fact in facts if fact not in others]


def _differing(facts: Mapping[str, Mapping[str, str]], common: Iterable[str]) -> list[Text]:
    """Facts of the same name that are not the same."""
    (first, a), (second, b) = facts.items()
    here, there = _in_language(first), _in_language(second)
    return [
        {
            "en": f"{_fact(fact)['en']}: {a[fact]} {here['en']}, {b[fact]} {there['en']}",
            "ru": f"{_fact(fact)['ru']}: {a[fact]} {here['ru']}, {b[fact]} {there['ru']}",
        }
        for fact in common
        if a[fact] != b[fact]
    ]


def _swapped(facts: Mapping[str, Mapping[str, str]]) -> list[Text]:
    """Facts that stand under another name in the other language, and the year a DOI carries where years differ."""
    (first, a), (second, b) = facts.items()
    here, there = _in_language(first), _in_language(second)
    found: list[Text] = [
        {
            "en": f"{a[x]} is the {_fact(x)['en']} {here['en']} and the {_fact(y)['en']} {there['en']}",
            "ru": f"{a[x]} — {_fact(x)['ru']} {here['ru']} и {_fact(y)['ru']} {there['ru']}",
        }
        for x in a
        for y in b
        if x not in b and y not in a and a[x] == b[y]
    ]
    years = [one["year"] for one in (a, b) if "year" in one]
    if len(set(years)) == 2:
        carried = [year for year in years if year in a.get("doi", "")]
        found += [{"en": f"the DOI carries {year}", "ru": f"в DOI стоит {year}"} for year in carried[:1]]
    return found


def check_listed_once(case: Case) -> Finding:
    """R6: a label that points into a list finds exactly one entry there."""
    labels = [_folded(text) for text in case.needs("list").texts.values()]
    times = labels.count(_folded(case.text))
    label = case.quoted
    if times > 1:
        note: Text = {
            "en": f"The list has {times} entries, so that it is not known which is meant for {label['en']}.",
            "ru": f"В списке несколько записей ({times}) для {label['ru']}, и неизвестно, какая имеется в виду.",
        }
    elif times:
        note = {
            "en": f"The list has one entry for {label['en']}.",
            "ru": f"В списке одна запись для {label['ru']}.",
        }
    else:
        note = {
            "en": f"The list has no entry for {label['en']}.",
            "ru": f"В списке нет записи для {label['ru']}.",
        }
    return Finding(times == 1, same(str(times)), note)


def check_code_lengths(case: Case) -> Finding:
    """R6: codes of the Harmonized System and its national extensions have 2, 4, 6, 8 or 10 digits."""
    codes = [c for text in case.needs("codes").texts.values() for c in re.split(r"[;,\s]+", text) if c]
    codes = list(dict.fromkeys(codes))
    odd = [code for code in codes if len(code) not in (2, 4, 6, 8, 10)]
    if not odd:
        note: Text = {
            "en": "Every code has a possible number of digits.",
            "ru": "Число знаков в каждом коде возможное.",
        }
        return Finding(True, same(", ".join(codes)), note)
    told = joined(
        ({"en": f"{code} ({len(code)} digits)", "ru": f"{code} (знаков: {len(code)})"} for code in odd), ", "
    )
    note = {
        "en": f"Impossible: {told['en']}; codes have 2, 4, 6, 8 or 10 digits.",
        "ru": f"Невозможны: {told['ru']}; в кодах 2, 4, 6, 8 или 10 знаков.",
    }
    return Finding(False, told, note)


# ------------------------------------------------------------------ R7: sources


def check_one_use(case: Case) -> Finding:
    """R7: one source is cited for one thing.

    Inputs: ``sources`` (addresses by place of citing), ``subjects`` (what each place cites it for) and, where
    the places' labels are no words, ``places`` (what they are called).
    """
    sources, subjects = case.needs("sources").texts, case.needs("subjects")
    places = [k for k, text in sources.items() if _folded(text) == _folded(case.text)]
    without = [place for place in places if place not in subjects.texts]
    if without:
        raise AnalysisError(f"{case.where}: nothing says what {', '.join(without)} cites its source for.")
    names = case.inputs["places"].told_by_label if "places" in case.inputs else {}
    cited = {subjects.texts[place]: subjects.told_by_label[place] for place in places}
    at = joined((names.get(place, case.named(place)) for place in places), ", ")
    told = joined(cited.values(), "; ")
    note: Text = {
        "en": f"Cited at {at['en']} for: {told['en']}.",
        "ru": f"Ссылки ({at['ru']}) — на: {told['ru']}.",
    }
    if len(places) < 2:
        alone: Text = {
            "en": "Cited once, so there is nothing to compare.",
            "ru": "Ссылка одна, сравнивать не с чем.",
        }
        count = len(places)
        return Finding(None, {"en": f"{count} place", "ru": f"мест: {count}"}, joined([note, alone]))
    ending = "" if len(cited) == 1 else "s"
    reproduced: Text = {
        "en": f"{len(cited)} subject{ending} in {len(places)} places",
        "ru": f"предметов: {len(cited)}, мест: {len(places)}",
    }
    return Finding(len(cited) == 1, reproduced, note)


# ------------------------------------------------------------------ R8: counting words


def check_count(case: Case) -> Finding:
    """R8: a counting word agrees with the list that follows."""
    items = case.needs("items")
    count = case.published.value
    if count is None:
        raise AnalysisError(f"{case.where} needs a counting word or number; {case.text!r} is none.")
    number, listed, word = len(items.entries), joined(items.told_by_label.values(), "; "), case.quoted
    note: Text = {
        "en": f"{word['en']}, and {number} follow: {listed['en']}.",
        "ru": f"{word['ru']}, а далее — {number}: {listed['ru']}.",
    }
    return Finding(count == number, same(str(number)), note)


# lists that are named by their language; other names are shown as the claims file has them
_LISTS_RU = {"Russian": "по-русски", "English": "по-английски"}


def check_same_count(case: Case) -> Finding:
    """R8: two versions of one list have the same number of items."""
    if len(case.inputs) != 2:
        raise AnalysisError(f"{case.where} compares two lists; {len(case.inputs)} given.")
    counts, notes = [], []
    for name, value in case.inputs.items():
        title: Text = {"en": name, "ru": _LISTS_RU.get(name, name)}
        number, listed = len(value.entries), joined(value.told_by_label.values(), "; ")
        counts.append(joined([title, same(str(number))]))
        notes.append(joined([title, {k: f"{number} ({listed[k]})" for k in listed}], ": "))
    note = joined(notes, "; ")
    first, second = (len(value.entries) for value in case.inputs.values())
    begins = capitalised(note) if next(iter(case.inputs)) in _LISTS_RU else note
    told: Text = {"en": f"{note['en']}.", "ru": f"{begins['ru']}."}
    return Finding(first == second, joined(counts, ", "), told)


# ------------------------------------------------------------------ R9: marks

_BLANK: Text = {"en": "blank", "ru": "пусто"}


def check_one_mark(case: Case) -> Finding:
    """R9: a table marks a missing number in one way, or explains its marks."""
    cells = (text.strip() for text in case.needs("cells").texts.values())
    marks = Counter(text for text in cells if text in MISSING_MARKS)
    told = joined((_in_cells(quoted(mark or _BLANK), n) for mark, n in marks.items()), ", ")
    if not marks:
        told = {"en": "No missing cell", "ru": "Пропусков нет"}
    legend = case.inputs["legend"].told if "legend" in case.inputs else NOTHING
    ending = NOTHING
    if legend["en"]:
        ending = {"en": f"Explained: {legend['en']}.", "ru": f"Объяснено: {legend['ru']}."}
    elif len(marks) > 1:
        ending = {
            "en": "The table explains none of its marks.",
            "ru": "Таблица не объясняет своих обозначений.",
        }
    reproduced: Text = {"en": f"{len(marks)} marks", "ru": f"обозначений: {len(marks)}"}
    holds = len(marks) <= 1 or bool(legend["en"])
    return Finding(holds, reproduced, joined([{"en": f"{told['en']}.", "ru": f"{told['ru']}."}, ending]))


def _in_cells(mark: Text, cells: int) -> Text:
    return {"en": f"{mark['en']} in {cells} cells", "ru": f"{mark['ru']} — ячеек: {cells}"}
