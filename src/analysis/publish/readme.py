"""The parts of the READMEs that are made, not written: findings and the table of exhibits.

They come from the committed reference and the register, so the README cannot say something else.
``python -m analysis.publish.readme`` rewrites them between their markers.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

from analysis import ledger, paths
from analysis.data import formats, indicators
from analysis.data.regions import Language
from analysis.errors import AnalysisError
from analysis.publish import parameters
from analysis.publish.exhibits import register
from analysis.rating import associations

FILES: dict[Language, str] = {"en": "README.md", "ru": "README.ru.md"}
HEADLINE = (("china_share", "2021"), ("trade_turnover", "2021"), ("investment", "2024"))


def exhibit_table(language: Language) -> str:
    """Table of exhibits: identifier, title, the notebook that makes it, its data."""
    heads = {
        "en": ("Exhibit", "What it shows", "Notebook", "Output", "Data"),
        "ru": ("Обозначение", "Что показывает", "Блокнот", "Вид", "Данные"),
    }[language]
    words = {
        "table": {"en": "table", "ru": "таблица"},
        "figure": {"en": "figure", "ru": "рисунок"},
    }
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    own: dict[Language, str] = {"en": "your customs files", "ru": "ваши таможенные файлы"}
    for entry in register.entries():
        outputs = ", ".join(words[kind][language] for kind in entry.outputs or entry.with_customs)
        notebook = f"[{entry.notebook}](notebooks/{entry.notebook}.ipynb)"
        data = ", ".join([f"`{name}`" for name in entry.inputs] + [own[language]] * bool(entry.with_customs))
        lines.append(f"| `{entry.id}` | {entry.title[language]} | {notebook} | {outputs} | {data} |")
    return "\n".join(lines)


def findings(language: Language) -> str:
    """Main associations and the ledger's headline, from the committed reference."""
    judged = ledger.headline(ledger.read_ledger(paths.reference() / "ledger.csv"))
    sentences = [*association_sentences(paths.reference(), language), judged.sentence(language)]
    return "\n".join(f"- {sentence}" for sentence in sentences)


def association_sentences(folder: Path, language: Language) -> list[str]:
    """Main associations in four sentences, from a folder of results."""
    rows = pd.read_csv(folder / "associations.csv", dtype={"period": str})
    rows = rows[
        (rows["edition"] == "III") & (rows["subset"] == "far_east") & (rows["statistic"] == "kendall_tau_b")
    ].set_index(["indicator", "period"])
    lines = []
    for name, period in HEADLINE:
        row = rows.loc[(name, period)]
        estimate, p = formats.number(row["estimate"], 2, language), formats.p_value(row["p_exact"], language)
        adjusted = formats.p_value(row["p_maxt"], language)
        low, high = (formats.number(row[end], 2, language) for end in ("loo_low", "loo_high"))
        label = indicators.indicator(name).name[language]
        size = int((rows["family"] == row["family"]).sum())
        lines.append(
            {
                "en": f"{label}, {period}: tau-b {estimate}, exact p {p}, adjusted for its family of {size} indicators "
                f"and years {adjusted}; {low} to {high} when one region is left out.",
                "ru": f"{label}, {period}: тау-b {estimate}, точное p {p}, с поправкой на семейство (показателей и лет — "
                f"{size}) {adjusted}; от {low} до {high} при исключении одного региона.",
            }[language]
        )
    densities = [rows.loc[(name, "2020")] for name in associations.CROSSINGS[:2]]
    least = formats.p_value(min(float(row["p_min"]) for row in densities), language)
    lines.append(
        {
            "en": f"Density of border crossings: five regions, no two-sided p below {least} was possible; nothing follows.",
            "ru": f"Плотность пунктов пропуска: пять регионов, p ниже {least} недостижимо; сделать вывод нельзя.",
        }[language]
    )
    return lines


def notebook_table(language: Language) -> str:
    """Table of notebooks with the parameters each takes."""
    heads = {"en": ("Notebook", "Parameters"), "ru": ("Блокнот", "Параметры")}[language]
    lines = ["| " + " | ".join(heads) + " |", "| --- | --- |"]
    for name in parameters.notebooks():
        names = ", ".join(f"`{parameter}`" for parameter in parameters.allowed_names(name))
        lines.append(f"| [{name}](notebooks/{name}.ipynb) | {names} |")
    return "\n".join(lines)


def rendered(text: str, language: Language) -> str:
    """`text` of a README with its made parts renewed.

    Raises
    ------
    AnalysisError
        If a pair of markers is missing.
    """
    for name, make in (("findings", findings), ("notebooks", notebook_table), ("exhibits", exhibit_table)):
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not pattern.search(text):
            raise AnalysisError(f"{FILES[language]} lacks the markers <!-- {name} --> and <!-- /{name} -->.")
        made = make(language)
        text = pattern.sub(lambda match, made=made: f"{match[1]}{made}\n{match[2]}", text)  # type: ignore[misc]
    return text


def path(language: Language) -> Path:
    """README in a language."""
    return paths.root() / FILES[language]


def main() -> int:
    """Rewrite the made parts of both READMEs."""
    try:
        for language in FILES:
            paths.write_text(path(language), rendered(path(language).read_text(encoding="utf-8"), language))
    except AnalysisError as error:
        print(f"readme: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
