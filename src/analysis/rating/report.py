"""A draft report of a made edition, in Russian and English: what a machine can write, and what it leaves open.

The draft holds the tables and the sentences that follow from the scores. What only people can say,
the events and the reasons, it lists as still to be written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from analysis import paths
from analysis.data import formats, regions
from analysis.data.regions import LANGUAGES, Language
from analysis.errors import one_of
from analysis.rating.document import TIERS, tier_of
from analysis.rating.edition import MadeEdition, Scored

_TIERS: dict[str, dict[Language, str]] = {
    "high": {"en": "High productivity (10-7)", "ru": "Высокая продуктивность (10–7)"},
    "moderate": {"en": "Moderate productivity (6-4)", "ru": "Умеренная продуктивность (6–4)"},
    "low": {"en": "Low productivity (3-1)", "ru": "Низкая продуктивность (3–1)"},
}
_WORDS: dict[Language, dict[str, Any]] = {
    "en": {
        "title": "Rating of the regions' work with China, edition",
        "draft": "Draft made by a program from scoring sheets. It holds no judgement but the experts' scores.",
        "result": "Result",
        "method": "How it was made",
        "method_text": "Each expert scores each region from 1 to 10, results above intentions. The score of a region is the "
        "lower median of the experts; the tiers are 10-7, 6-4 and 3-1; regions stand by score, then by the score of the "
        "edition before, then by the alphabet of their Russian names.",
        "place": "Place",
        "region": "Region",
        "score": "Score",
        "before": "Edition",
        "given": "Scores given",
        "changes": "Changes",
        "no_changes": "No score changed.",
        "departures": "Where the print departs from the method",
        "limits": "What this cannot show",
        "limits_list": (
            "A score is an opinion on public reports; what was not reported does not count.",
            "Experts who see the old score start from it: agreement between editions is not reliability.",
            "Places among equal scores follow the alphabet and mean nothing.",
        ),
        "to_write": "Still to be written by people",
        "to_write_list": (
            "The events of the year by region, and the reason for each score that changed.",
            "What became of the initiatives of the edition before.",
            "Who the experts were, and what they knew of each other's scores.",
        ),
    },
    "ru": {
        "title": "Рейтинг работы регионов с Китаем, выпуск",
        "draft": "Черновик составлен программой по листам оценок. Суждений, кроме оценок экспертов, в нём нет.",
        "result": "Результат",
        "method": "Как составлен",
        "method_text": "Каждый эксперт оценивает каждый регион от 1 до 10 баллов; результаты важнее намерений. Оценка региона — "
        "нижняя медиана экспертов; группы: 10–7, 6–4 и 3–1; порядок — по оценке, затем по оценке прошлого выпуска, затем по "
        "алфавиту.",
        "place": "Место",
        "region": "Регион",
        "score": "Оценка",
        "before": "Выпуск",
        "given": "Оценки экспертов",
        "changes": "Изменения",
        "no_changes": "Ни одна оценка не изменилась.",
        "departures": "Где текст отступает от методики",
        "limits": "Чего это не показывает",
        "limits_list": (
            "Оценка — мнение о публичных сообщениях; о чём не сообщали, то не учтено.",
            "Эксперт, который видит прежнюю оценку, отталкивается от неё: согласие выпусков — не надёжность.",
            "Места среди равных оценок определяет алфавит, они ничего не значат.",
        ),
        "to_write": "Что ещё должны написать люди",
        "to_write_list": (
            "События года по регионам и причину каждого изменения оценки.",
            "Что стало с инициативами прошлого выпуска.",
            "Кто были эксперты и что они знали об оценках друг друга.",
        ),
    },
}


def draft_report(made: MadeEdition, language: Language) -> str:
    """Write a draft report of a made edition.

    Parameters
    ----------
    made : MadeEdition
        As `analysis.rating.edition.make_edition` gives it.
    language : {'en', 'ru'}
        Language of the report.

    Returns
    -------
    str
        One HTML page that needs nothing from outside; every text in it is escaped.

    Raises
    ------
    AnalysisError
        If the language is not known.
    """
    if language not in LANGUAGES:
        raise one_of("language", language, LANGUAGES)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("analysis.rating", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    tiers = [
        {
            "name": _TIERS[tier][language],
            "entries": [_row(entry, language) for entry in made.entries if entry.tier == tier],
        }
        for tier in TIERS
    ]
    return environment.get_template("draft.html.j2").render(
        made=made,
        language=language,
        words=_WORDS[language],
        tiers=tiers,
        changes=[_change(entry, language) for entry in made.changed()],
        departures=[item.sentence(language) for item in made.departures or ()],
    )


def write_drafts(made: MadeEdition, folder: Path) -> tuple[Path, ...]:
    """Write the draft in both languages: ``draft-<edition>.<language>.html``.

    Returns
    -------
    tuple of Path
        The files, English first.

    Raises
    ------
    AnalysisError
        If the folder cannot be written.
    """
    return tuple(
        paths.write_text(folder / f"draft-{made.label}.{language}.html", draft_report(made, language))
        for language in LANGUAGES
    )


def _row(entry: Scored, language: Language) -> dict[str, Any]:
    same = entry.lowest == entry.highest
    return {
        "position": entry.position,
        "name": _name(entry, language),
        "score": entry.score,
        "previous": formats.MISSING if entry.previous_score is None else entry.previous_score,
        "given": entry.score if same else f"{entry.lowest}–{entry.highest}",
    }


def _name(entry: Scored, language: Language) -> str:
    # the Russian edition prints the names it is ordered by
    return entry.name if language == "ru" else regions.by_code(entry.region).name(language)


def _change(entry: Scored, language: Language) -> str:
    assert entry.previous_score is not None  # only compared regions change
    rose = entry.score > entry.previous_score
    verb = {"en": "rises" if rose else "falls", "ru": "рост" if rose else "снижение"}[language]
    crossed = tier_of(entry.previous_score) != entry.tier
    tier = {"en": ", into another tier", "ru": ", с переходом в другую группу"}[language] if crossed else ""
    return {
        "en": f"{_name(entry, language)} {verb} from {entry.previous_score} to {entry.score}{tier}.",
        "ru": f"{_name(entry, language)}: {verb} с {entry.previous_score} до {entry.score}{tier}.",
    }[language]
