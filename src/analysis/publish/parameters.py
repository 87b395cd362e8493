"""What each notebook may be asked for, and the check of it before anything runs.

Values arrive from papermill as JSON (a year as a number or as text) and leave as the types the
notebook works with. A value or a name that is not allowed ends in one sentence that lists what is.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.data import indicators, regions
from analysis.data.regions import LANGUAGES
from analysis.errors import AnalysisError, one_of, quoted
from analysis.publish.run import FORMATS, Run

EDITIONS = ("II", "III")
# notebooks that show what other runs left
READS_RESULTS = ("08_batch",)
Check = Callable[[str, Any], Any]


def _choice(*allowed: str) -> Check:
    def check(name: str, value: Any) -> str:
        if value not in allowed or not isinstance(value, str):
            raise one_of(name, value, allowed)
        return value

    return check


def _year(*allowed: str) -> Check:
    def check(name: str, value: Any) -> str:
        # True is an int in Python, and 2021.0 is what some JSON writers make of 2021
        is_year = isinstance(value, str) or (isinstance(value, int) and abs(value) < 10_000)
        text = str(value) if is_year and not isinstance(value, bool) else None
        if text not in allowed:
            raise one_of(name, value, _ranges(allowed))
        return text

    return check


def _ranges(years: Sequence[str]) -> list[str]:
    """Years as ranges: 2000, 2005, 2015-2021."""
    runs: list[list[int]] = []
    for year in sorted(int(year) for year in years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]


def _regions(allowed: Sequence[str]) -> Check:
    def check(name: str, value: Any) -> tuple[str, ...]:
        chosen = [value] if isinstance(value, str) else value
        if not isinstance(chosen, list | tuple) or not chosen:
            raise AnalysisError(f"{name} must be a list of region codes such as {list(allowed[:2])}.")
        for code in chosen:
            if code not in allowed:
                raise one_of(f"A region of {name}", code, allowed)
        if len(set(chosen)) != len(chosen):
            raise AnalysisError(f"{name} names a region twice: {', '.join(chosen)}.")
        return tuple(code for code in allowed if code in chosen)

    return check


def _level(name: str, value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not 0 < value < 1:
        raise AnalysisError(
            f"{name} is {quoted(value)}; a level of significance lies between 0 and 1, such as 0.05."
        )
    return float(value)


def _exists(value: str, test: Callable[[Path], bool]) -> bool:
    """Whether a path from the top of the repository names something; one no file can have does not."""
    try:
        return test(paths.root() / value)
    except (OSError, ValueError):
        return False


def _file(name: str, value: Any) -> str:
    if not isinstance(value, str) or not _exists(value, Path.is_file):
        raise AnalysisError(
            f"{name} is {quoted(value)}; it must be a file, given from the top of the repository or by its full path."
        )
    return value


def _file_or_nothing(name: str, value: Any) -> str:
    return _file(name, value) if value != "" else ""


def _path_or_nothing(name: str, value: Any) -> str:
    if not isinstance(value, str) or (value and not _exists(value, Path.exists)):
        raise AnalysisError(
            f"{name} is {quoted(value)}; it must be empty, or a path from the top of the repository or a full one that exists."
        )
    return str(paths.root() / value) if value else ""


def _transit() -> dict[str, Check]:
    return {
        "regions": _regions(regions.codes(regions.far_east_border())),
        "crossings_period": _year(*indicators.periods("crossings_established")),
    }


def _china_share() -> dict[str, Check]:
    years = indicators.periods("china_share")
    # any year of the span may bound it; the table shows the printed years inside
    span = [str(year) for year in range(int(years[0]), int(years[-1]) + 1)]
    return {
        "regions": _regions(regions.codes(regions.far_east())),
        "first_year": _year(*span),
        "last_year": _year(*span),
    }


_GOODS_CODE = re.compile(r"\d{2}(\d{2}){0,4}")
_LEVELS = ("chapter", "heading", "subheading", "cn8", "position")


def _period(name: str, value: Any) -> str:
    from analysis.customs import (
        trade,  # the customs reader's libraries load only where customs data are asked for
    )

    try:
        return str(trade.parse_period(value))
    except AnalysisError as error:
        raise AnalysisError(f"{name}: {error}") from None


def _partner(name: str, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{2}|NNN", value):
        raise AnalysisError(
            f"{name} is {quoted(value)}; it must be a two-letter country code in capitals, such as CN."
        )
    return value


def _goods(name: str, value: Any) -> tuple[str, ...]:
    chosen = [value] if isinstance(value, str) and value else value or []
    if not isinstance(chosen, list | tuple):
        raise AnalysisError(f"{name} must be a list of goods codes such as ['4403', '120190'], or empty.")
    for code in chosen:
        if not isinstance(code, str) or not _GOODS_CODE.fullmatch(code):
            raise AnalysisError(
                f"{name} holds {quoted(code)}; a goods code is text of 2, 4, 6, 8 or 10 digits."
            )
    return tuple(chosen)


def _count(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 97:
        raise AnalysisError(f"{name} is {quoted(value)}; it must be a whole number from 1 to 97.")
    return value


def _exports() -> dict[str, Check]:
    return {
        "region": _choice(*regions.codes(regions.all_regions()), "FAR_EAST", "RU"),
        "period": _period,
        "partner": _partner,
        "direction": _choice("export", "import"),
        "goods": _goods,
        "by": _choice(*_LEVELS),
        "top": _count,
    }


def _rating() -> dict[str, Check]:
    return {"edition": _choice(*EDITIONS), "district": _choice("all", *regions.DISTRICTS)}


def _covariates(name: str, value: Any) -> tuple[str, ...]:
    from analysis.data import observations

    if not isinstance(value, str | list | tuple):
        raise AnalysisError(
            f"{name} is {quoted(value)}; it must be a list such as ['exports:2021', 'population:2024']."
        )
    return tuple(str(each) for each in observations.covariates(value)) if value else ()


def _region_set(name: str, value: Any) -> str | tuple[str, ...]:
    """A set or a district by its name, a list of regions by their codes; empty stays empty."""
    if not isinstance(value, str | list | tuple):
        raise AnalysisError(f"{name} is {quoted(value)}; it must be a set, a district or a list of regions.")
    if not value:
        return ""
    codes = regions.codes(regions.resolve(value))
    if not isinstance(value, str):
        return codes
    district = regions.find_district(value)
    # the district and the set of that name are the same eleven regions
    known = "far_east" if district == "far_eastern" else district or value
    return known if known in (*regions.NAMED_SETS, *regions.DISTRICTS) else codes


def _country() -> dict[str, Check]:
    return {
        "edition": _choice(*EDITIONS),
        "district": _choice(*regions.DISTRICTS),
        "covariates": _covariates,
        "alpha": _level,
    }


def _association() -> dict[str, Check]:
    return {
        "edition": _choice(*EDITIONS),
        "subset": _choice(*regions.SUBSETS),
        "regions": _region_set,
        "covariates": _covariates,
        "trade_period": _year(*indicators.periods("trade_turnover")),
        "investment_period": _year(*indicators.periods("investment")),
        "crossings_period": _year(*indicators.periods("crossings_established")),
        "alpha": _level,
    }


def _multiverse() -> dict[str, Check]:
    return {
        "edition": _choice(*EDITIONS),
        "subset": _choice(*regions.SUBSETS),
        "regions": _region_set,
        "covariates": _covariates,
        "alpha": _level,
    }


def _batch_folder(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise AnalysisError(
            f"{name} is {quoted(value)}; it must name the folder of a batch, such as build/batch/regions."
        )
    return value


def _batch() -> dict[str, Check]:
    return {"batch": _batch_folder}


# parameters that mean something else in one notebook than elsewhere, and those of one notebook alone
_BY_NOTEBOOK: dict[str, Callable[[], dict[str, Check]]] = {
    "01_transit_potential": _transit,
    "02_china_share": _china_share,
    "03_exports": _exports,
    "04_rating": _rating,
    "05_association": _association,
    "06_multiverse": _multiverse,
    "07_ledger": lambda: {"claims": _file, "rating_claims": _file_or_nothing},
    "08_batch": _batch,
    "10_all_regions": _country,
    "09_rating_edition": lambda: {"scoring_sheets": _path_or_nothing, "previous_scores": _path_or_nothing},
}
# what every notebook takes
COMMON = ("language", "formats", "output_dir")


def _formats(name: str, value: Any) -> tuple[str, ...]:
    chosen = re.split(r"[,\s]+", value.strip()) if isinstance(value, str) else value
    if chosen in (["all"], ("all",)) or (isinstance(chosen, list | tuple) and set(chosen) == set(FORMATS)):
        return FORMATS
    if not isinstance(chosen, list | tuple) or not chosen:
        raise AnalysisError(f"{name} is {quoted(value)}; it must be 'all' or some of {', '.join(FORMATS)}.")
    for kind in chosen:
        if kind not in FORMATS:
            raise one_of(f"A format of {name}", kind, ("all", *FORMATS))
    return tuple(kind for kind in FORMATS if kind in chosen)


def _typed(notebook: str, default: Any) -> Check:
    """Check of a parameter that has no rule of its own: the kind of value its default is."""

    def check(name: str, value: Any) -> Any:
        is_number = isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool)
        if type(value) is not type(default) and not is_number:
            raise AnalysisError(
                f"{name} of {notebook} is {quoted(value)}; it must be of the kind of its default, {quoted(default)}."
            )
        return float(value) if is_number else value

    return check


@cache
def _checks(notebook: str) -> dict[str, Check]:
    """Check of every parameter but the folder; a grid asks for them thousands of times."""
    known = {"language": _choice(*LANGUAGES), "formats": _formats, **_BY_NOTEBOOK.get(notebook, dict)()}
    declared = defaults(notebook)
    own = {name: known.get(name, _typed(notebook, default)) for name, default in declared.items()}
    return {"language": known["language"], "formats": known["formats"], **own}


def notebooks() -> tuple[str, ...]:
    """Names of the notebooks, in reading order."""
    return tuple(path.stem for path in sorted(paths.notebooks().glob("[0-9][0-9]_*.ipynb")))


def study() -> tuple[str, ...]:
    """Names of the notebooks that make the study itself, without those that show other runs."""
    return tuple(name for name in notebooks() if name not in READS_RESULTS)


@cache
def allowed_names(notebook: str) -> tuple[str, ...]:
    """Names of a notebook's parameters.

    Raises
    ------
    AnalysisError
        If there is no such notebook.
    """
    if notebook not in notebooks():
        raise one_of("A notebook", notebook, notebooks())
    own = [name for name in _checks(notebook) if name not in COMMON]
    return (*own, *COMMON)


def check_names(notebook: str, given: Mapping[str, Any]) -> None:
    """Refuse parameter names a notebook does not have (papermill alone only warns).

    Raises
    ------
    AnalysisError
        For the first unknown name.
    """
    allowed = allowed_names(notebook)
    for name in given:
        if name not in allowed:
            raise one_of(f"A parameter of {notebook}", name, allowed)


def validate_parameters(notebook: str, namespace: Mapping[str, Any]) -> Run:
    """Check the parameters of a notebook, take back an earlier run's cards and settle where it writes.

    Parameters
    ----------
    notebook : str
        Name without the suffix.
    namespace : dict
        The notebook's ``globals()``: its parameters are read from there, so each is named once, in the cell tagged
        ``parameters``. ``output_dir`` is relative to the repository; empty, it stands for
        ``build/<notebook>/<hash of the parameters>/``.

    Returns
    -------
    Run
        Checked values, with the folder made, and the calls that publish into it.

    Raises
    ------
    AnalysisError
        If a parameter is missing, unknown or has a value that is not allowed, or if the folder cannot be written.
    """
    check_names(notebook, dict.fromkeys(_injected(namespace)))
    given = {name: namespace[name] for name in allowed_names(notebook) if name in namespace}
    output_dir = given.pop("output_dir", "")
    checked = check_values(notebook, **given)
    folder = paths.make_folder(_folder(notebook, checked, output_dir))
    _withdraw_cards(folder, notebook)
    # the language and the files asked for change nothing that a sentence could read
    is_default = (
        set(differing(notebook, checked)) <= {"language", "formats"} and not indicators.has_user_data()
    )
    language, formats = checked.pop("language"), checked.pop("formats")
    return Run(notebook, language, folder, checked, formats, is_default)


def _withdraw_cards(folder: Path, notebook: str) -> None:
    """Delete the cards an earlier run of a notebook left in a folder, so that none outlives its exhibit."""
    for path in (folder / "exhibits").glob("*.json"):
        if json.loads(path.read_text(encoding="utf-8"))["notebook"] == notebook:
            path.unlink()


def _injected(namespace: Mapping[str, Any]) -> list[str]:
    """Names that papermill's injected cell sets; papermill itself only warns of one the notebook does not have."""
    for source in namespace.get("In", ()):
        if source.startswith("# Parameters\n"):
            statements = ast.parse(source).body
            return [
                target.id
                for statement in statements
                if isinstance(statement, ast.Assign)
                for target in statement.targets
                if isinstance(target, ast.Name)
            ]
    return []


def _folder(notebook: str, checked: Mapping[str, Any], output_dir: Any) -> Path:
    if not isinstance(output_dir, str):
        raise AnalysisError(
            f"output_dir is {quoted(output_dir)}; it must be text, empty for the default folder."
        )
    if not output_dir:
        return paths.build() / notebook / identity(notebook, checked)
    return paths.check_output_folder(paths.root() / output_dir, f"output_dir is {quoted(output_dir)}")


def check_values(notebook: str, *, language: Any, formats: Any = "all", **values: Any) -> dict[str, Any]:
    """Check all parameters of a notebook but the folder.

    Parameters
    ----------
    notebook : str
        Name without the suffix.
    language : {'en', 'ru'}
        Language shown.
    formats : str or list of str
        ``all``, or some of `FORMATS`.
    **values
        The notebook's own parameters.

    Returns
    -------
    dict
        Typed values, ``language`` and ``formats`` first.

    Raises
    ------
    AnalysisError
        If a parameter is missing, unknown or has a value that is not allowed.
    """
    check_names(notebook, values)
    given = {"language": language, "formats": formats, **values}
    checks = _checks(notebook)
    missing = [name for name in checks if name not in given]
    if missing:
        raise AnalysisError(f"{notebook} needs the parameter {missing[0]}.")
    checked = {name: check(name, given[name]) for name, check in checks.items()}
    if "first_year" in checked and int(checked["first_year"]) > int(checked["last_year"]):
        raise AnalysisError(
            f"first_year {checked['first_year']} is after last_year {checked['last_year']}; "
            "give the earlier year first."
        )
    if "first_year" in checked:
        years = indicators.periods("china_share")
        if not any(checked["first_year"] <= year <= checked["last_year"] for year in years):
            raise AnalysisError(
                f"No printed year lies from {checked['first_year']} to {checked['last_year']}; there are "
                f"{', '.join(_ranges(years))}."
            )
    return checked


def check_value(notebook: str, name: str, value: Any) -> Any:
    """Check one parameter of a notebook by itself and give its typed value.

    Raises
    ------
    AnalysisError
        If the notebook has no such parameter or the value is not allowed.
    """
    check_names(notebook, {name: value})
    return _checks(notebook)[name](name, value)


def defaults(notebook: str) -> dict[str, Any]:
    """Parameters a notebook runs with when none are given, as its cell tagged ``parameters`` says.

    The folder is left out: it is no part of what a run shows.
    """
    cells = json.loads((paths.notebooks() / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    tagged = next(cell for cell in cells if "parameters" in cell["metadata"].get("tags", []))
    written = {
        statement.target.id: ast.literal_eval(statement.value)
        for statement in ast.parse("".join(tagged["source"])).body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.value is not None
    }
    return {name: value for name, value in written.items() if name != "output_dir"}


def differing(notebook: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a run's checked `values` that are not the notebook's defaults; JSON's lists count as tuples."""
    usual, own = (
        json.loads(json.dumps(each)) for each in (check_values(notebook, **defaults(notebook)), values)
    )
    return {name: value for name, value in values.items() if usual.get(name) != own[name]}


def identity(notebook: str, values: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that stand for a notebook and its parameters."""
    text = json.dumps([notebook, values], sort_keys=True, ensure_ascii=False, default=list)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
