"""Rule R6: labels that stand for one thing, agree wherever they are printed and are possible at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from analysis.data.messages import _
from analysis.errors import AnalysisError
from analysis.ledger.checks import CheckInput, Finding, check
from analysis.ledger.normal_forms import folded, in_latin, stage_of
from analysis.ledger.wording import NOTHING, Words, joined, put, quoted

CODE_LENGTHS = (2, 4, 6, 8, 10)


def _repeated(labels: Iterable[str]) -> list[str]:
    return [label for label, times in Counter(labels).items() if times > 1]


@check("R6", says=_("no label stands for two things"))
def unique(given: CheckInput) -> Finding:
    """R6: no label stands for two things."""
    labels = [folded(text) for text in given.needs("labels").texts.values()]
    repeated = _repeated(labels)
    if not repeated:
        note = _("All {count} labels differ.", count=len(labels))
        return Finding(True, _("{count} different", count=len(labels)), note)
    placed = list(zip(labels, given.needs("labels").placed, strict=True))
    told = joined((words for label, words in placed if label in repeated), "; ")
    count = _("{different} different of {all}", different=len(set(labels)), all=len(labels))
    return Finding(False, count, _("Repeated: {told}.", told=told))


@check("R6", says=_("numbers follow one another"))
def numbering(given: CheckInput) -> Finding:
    """R6: numbers in order of appearance, one after the other, none twice."""
    numbers = [int(number.middle) for number in given.numbers("labels").values()]
    holds = numbers == list(range(1, len(numbers) + 1))
    twice = ", ".join(_repeated(map(str, numbers)))
    absent = ", ".join(str(n) for n in range(1, max(numbers) + 1) if n not in numbers)
    faults = joined(
        [
            _("twice: {numbers}", numbers=twice) if twice else NOTHING,
            _("absent: {numbers}", numbers=absent) if absent else NOTHING,
        ],
        "; ",
    )
    if not faults:
        faults = _("complete") if holds else _("not in order")
    printed = ", ".join(map(str, numbers))
    note = _("Printed: {printed}; {faults}.", printed=printed, faults=faults)
    return Finding(holds, printed, note)


@check("R6", "R10", name="same", says=_("two printings of one fact agree"))
def same_words(given: CheckInput) -> Finding:
    """R6, R10: two printings of one fact agree."""
    other = given.needs("other")
    note = _("{here} here, {there} there.", here=given.quoted, there=other.placed[0])
    return Finding(folded(given.text) == folded(other.text), other.words, note)


@check("R6", says=_("a project is told at one stage"))
def same_stage(given: CheckInput) -> Finding:
    """R6: words that say how far one project is name one stage."""
    words = given.needs("words")
    stages = {label: stage_of(text, given.where) for label, text in words.texts.items()}
    told = joined(words.placed, "; ")
    count = len(set(stages.values()))
    return Finding(count == 1, _("{count} stages", count=count), put("{told}.", told=told))


@check("R6", says=_("a term is translated as elsewhere in the paper"))
def rendered(given: CheckInput) -> Finding:
    """R6: a term is translated as the paper itself translates it elsewhere.

    Inputs: ``original`` and ``translation``, ``elsewhere`` and ``elsewhere_translation`` (all quoted), ``term`` and
    ``word`` (beginnings of the term and of its translation, which must stand in what is quoted).
    """
    term, word = folded(given.words("term")), folded(given.words("word"))
    for name, stem in (("original", term), ("elsewhere", term), ("elsewhere_translation", word)):
        if stem not in folded(given.words(name)):
            raise AnalysisError(f"{given.where}: {stem!r} does not stand in the input {name!r}.")
    note = _(
        "{original} is {translation}; {elsewhere} is {elsewhere_translation}.",
        **{
            name: given.needs(name).placed[0]
            for name in ("original", "translation", "elsewhere", "elsewhere_translation")
        },
    )
    return Finding(word in folded(given.words("translation")), quoted(given.words("translation")), note)


# a caption names its unit outright, or by a word that has one
_NAMED = {
    "region": r"област|кра[йяе]|республик|округ|субъект|дфо|росси|region|district|federal",
    "unit": r"%|дол[яи]|удельный вес|тыс|млн|млрд|руб|долл|тонн|показател|share|percent|thousand|million|dollar|indicator",
}
_NAMED_WORDS = {"region": _("region"), "unit": _("unit")}


@check("R6", alone=True, says=_("a caption names region and unit"))
def complete_caption(given: CheckInput) -> Finding:
    """R6: a caption names the region and the unit of its figures."""
    missing = [name for name, pattern in _NAMED.items() if not re.search(pattern, folded(given.text))]
    told = joined((_NAMED_WORDS[name] for name in missing), ", ")
    if not missing:
        return Finding(True, _("both named"), _("{caption} names both.", caption=given.quoted))
    note = _("{caption} does not name: {missing}.", caption=given.quoted, missing=told)
    return Finding(False, _("without {missing}", missing=told), note)


# ------------------------------------------------------------------ facts in two languages

_FACTS = {
    "year": _("year"),
    "volume": _("volume"),
    "issue": _("issue"),
    "whole_number": _("whole number"),
    "pages": _("pages"),
    "source": _("source"),
    "translated_source": _("translated source"),
    "doi": put("DOI"),
}
_LISTS = {"ru": _("Russian list"), "en": _("English list")}


def _fact(fact: str) -> Words:
    return _FACTS.get(fact, fact.replace("_", " "))


def _in_list(language: str) -> Words:
    return put("({list})", list=_LISTS.get(language, language))


def _facts_by_language(given: CheckInput) -> dict[str, dict[str, str]]:
    facts: dict[str, dict[str, str]] = {}
    for label, text in given.needs("facts").texts.items():
        language, _, fact = label.partition(" ")
        if text and fact in _FACTS:
            facts.setdefault(language, {})[fact] = text
    if len(facts) != 2:
        raise AnalysisError(
            f"{given.where} needs facts in two languages; {', '.join(facts) or 'none'} given."
        )
    if "whole_number" in given.inputs:
        as_read = given.words("whole_number")
        for own in facts.values():
            if "whole_number" in own:
                own[as_read] = own.pop("whole_number")
    return facts


@check("R6", says=_("one work has the same facts in both lists"))
def same_in_languages(given: CheckInput) -> Finding:
    """R6: facts printed in two languages agree; inputs are labelled ``<language> <fact>``.

    A name in Cyrillic and one in Latin letters agree when one transliterates the other. With
    ``whole_number=text:volume`` the whole number of an issue is read as what the other list calls its volume.
    """
    facts = _facts_by_language(given)
    (first, a), (second, b) = facts.items()
    common, swapped = [fact for fact in a if fact in b], _swapped(facts)
    told = joined([*_label_year(given, facts), *_differing(facts, common), *swapped], "; ")
    agree = _("{count} facts agree", count=len(common))
    note = (
        put("{told}.", told=told)
        if told
        else _("{agree}: {facts}.", agree=agree, facts=joined(map(_fact, common), ", "))
    )
    names = joined(_alone(first, a, b) + _alone(second, b, a), ", ")
    rest = _("In one list only: {names}.", names=names)
    # a fact under another name on the other side is missing on neither
    whole = joined([note, rest if names and not swapped else NOTHING])
    return Finding(not told, told or agree, whole)


def _label_year(given: CheckInput, facts: Mapping[str, Mapping[str, str]]) -> list[Words]:
    """A year in the printed label that no list has."""
    years = {own["year"] for own in facts.values() if "year" in own}
    odd = [year for year in re.findall(r"\d{4}", given.text) if years and year not in years]
    return [_("{year} stands in neither list", year=year) for year in odd]


def _agree(one: str, other: str) -> bool:
    return folded(one) == folded(other) or in_latin(one) == in_latin(other)


def _alone(language: str, facts: Mapping[str, str], others: Mapping[str, str]) -> list[Words]:
    """Facts that one language has and the other has not."""
    return [joined([_fact(fact), _in_list(language)]) for fact in facts if fact not in others]


def _differing(facts: Mapping[str, Mapping[str, str]], common: Iterable[str]) -> list[Words]:
    """Facts of the same name that are not the same."""
    (first, a), (second, b) = facts.items()
    return [
        put(
            "{fact}: {one} {here}, {other} {there}",
            fact=_fact(fact),
            one=a[fact],
            here=_in_list(first),
            other=b[fact],
            there=_in_list(second),
        )
        for fact in common
        if not _agree(a[fact], b[fact])
    ]


def _swapped(facts: Mapping[str, Mapping[str, str]]) -> list[Words]:
    """Facts that stand under another name in the other language, and the year a DOI carries where years differ."""
    (first, a), (second, b) = facts.items()
    found: list[Words] = [
        _(
            "{value} is the {one} {here} and the {other} {there}",
            value=a[x],
            one=_fact(x),
            here=_in_list(first),
            other=_fact(y),
            there=_in_list(second),
        )
        for x in a
        for y in b
        if x not in b and y not in a and _agree(a[x], b[y])
    ]
    years = [one["year"] for one in (a, b) if "year" in one]
    if len(set(years)) == 2:
        carried = [year for year in years if year in a.get("doi", "")]
        found += [_("the DOI carries {year}", year=year) for year in carried[:1]]
    return found


# ------------------------------------------------------------------ lists that are pointed into


@check("R6", says=_("a citation finds one entry in the list"))
def listed_once(given: CheckInput) -> Finding:
    """R6: a label that points into a list finds exactly one entry there."""
    labels = [folded(text) for text in given.needs("list").texts.values()]
    times = labels.count(folded(given.text))
    if times > 1:
        note = _(
            "The list has {times} entries for {label}; which is meant is not said.",
            times=times,
            label=given.quoted,
        )
    elif times:
        note = _("The list has one entry for {label}.", label=given.quoted)
    else:
        note = _("The list has no entry for {label}.", label=given.quoted)
    return Finding(times == 1, str(times), note)


@check("R6", says=_("everything listed is cited"))
def all_cited(given: CheckInput) -> Finding:
    """R6: every label of a list is pointed to from somewhere."""
    cited = {folded(text) for text in given.needs("citations").texts.values()}
    labels = list(dict.fromkeys(given.needs("list").texts.values()))
    never = [label for label in labels if folded(label) not in cited]
    count = _("{cited} of {all}", cited=len(labels) - len(never), all=len(labels))
    if not never:
        return Finding(True, count, _("All {count} labels are cited.", count=len(labels)))
    told = joined(map(quoted, never), ", ")
    return Finding(False, count, _("Listed and never cited: {told}.", told=told))


# ------------------------------------------------------------------ goods codes


def _codes(given: CheckInput) -> list[str]:
    texts = given.needs("codes").texts.values()
    return list(dict.fromkeys(code for text in texts for code in re.split(r"[;,\s]+", text) if code))


@check("R6", says=_("goods codes have a possible number of digits"))
def code_lengths(given: CheckInput) -> Finding:
    """R6: codes of the Harmonized System and its national extensions have 2, 4, 6, 8 or 10 digits."""
    codes = _codes(given)
    odd = [code for code in codes if len(code) not in CODE_LENGTHS]
    if not odd:
        note = _("Every code has a possible number of digits.")
        return Finding(True, ", ".join(codes), note)
    told = joined((_("{code} ({n} digits)", code=code, n=len(code)) for code in odd), ", ")
    note = _(
        "Impossible: {told}; codes have 2, 4, 6, 8 or 10 digits.",
        told=told,
    )
    return Finding(False, told, note)


@check("R6", says=_("goods codes of an odd length are beginnings of codes there are"))
def code_beginnings(given: CheckInput) -> Finding:
    """R6: each code with an impossible number of digits, read as a beginning, has codes of the nomenclature below it."""
    known = list(given.needs("nomenclature").texts)
    odd = [code for code in _codes(given) if len(code) not in CODE_LENGTHS]
    below = {code: [full for full in known if full.startswith(code)] for code in odd}
    return Finding(all(below.values()), ", ".join(below), _below_told(below))


@check("R6", says=_("whole goods codes stand in the nomenclature"))
def known_codes(given: CheckInput) -> Finding:
    """R6: each code with a possible number of digits is one of the nomenclature."""
    known = given.needs("nomenclature").texts
    below = {code: [code] if code in known else [] for code in _codes(given) if len(code) in CODE_LENGTHS}
    return Finding(all(below.values()), ", ".join(below), _below_told(below))


def _below_told(below: Mapping[str, list[str]]) -> Words:
    told = joined(
        (
            put("{code}: {full}", code=code, full=", ".join(full) if full else _("no such code"))
            for code, full in below.items()
        ),
        "; ",
    )
    return put("{told}.", told=told)


@check("R6", says=_("a chapter shown for one good holds no other the text names"))
def only_in_chapter(given: CheckInput) -> Finding:
    """R6: of the goods a text names apart, one alone stands in the chapter that its chart shows.

    Inputs: ``nomenclature`` (titles by code), ``other`` (the good named apart), and the printed title of the chapter.
    """
    titles = {code: folded(title) for code, title in given.needs("nomenclature").texts.items()}
    chapter = [
        code for code, title in titles.items() if len(code) == 2 and folded(given.text).startswith(title)
    ]
    other = [
        code for code, title in titles.items() if len(code) == 4 and title == folded(given.words("other"))
    ]
    if len(chapter) != 1 or len(other) != 1:
        raise AnalysisError(
            f"{given.where}: the nomenclature has no chapter or no heading of the printed name."
        )
    holds = not other[0].startswith(chapter[0])
    note = _(
        "The chart shows chapter {chapter}, {title}; heading {heading}, {other}, is {place}.",
        chapter=chapter[0],
        title=given.quoted,
        heading=other[0],
        other=given.needs("other").placed[0],
        place=_("outside it") if holds else _("part of it"),
    )
    return Finding(holds, _("chapter {chapter}", chapter=chapter[0]), note)
