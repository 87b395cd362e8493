"""Making an edition of the rating from the sheets of its experts.

Every expert scores every region from 1 to 10 on a sheet of their own. The score is the experts'
median, the tier follows from the published bounds, and the order is by score, then the score of the
edition before, then the alphabet of the printed names. The published method says how a score is
given and ordered; how the authors joined their opinions it does not say, so the median is ours.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis import paths
from analysis.data import package, regions, tabular
from analysis.data.messages import Message, _
from analysis.data.normalise import folded, name_key
from analysis.errors import AnalysisError, one_of, quoted
from analysis.rating import forms, sheets
from analysis.rating.coder_agreement import Alpha, alpha
from analysis.rating.document import ROMAN, SCORES, TIERS, Tier, load_scores, misplaced, tier_of

COLUMNS = ("region", "name", "previous_score", "score", "remark")
FORM = forms.Form(COLUMNS, ("region",), ("score", "remark"))


@dataclass(frozen=True)
class ScoringSheet:
    """One expert's scores.

    Attributes
    ----------
    expert : str
        Name or number.
    scores : dict
        Score (1-10) by region code.
    """

    expert: str
    scores: Mapping[str, int]


@dataclass(frozen=True)
class Scored:
    """One region in a made edition.

    Attributes
    ----------
    position : int
        Place by the method, from 1.
    region : str
        ISO code.
    name : str
        Name the alphabet is taken from.
    score : int
        The experts' lower median.
    previous_score : int or None
        Score of the edition before; None where the region had none.
    tier : str
        ``high`` (7-10), ``moderate`` (4-6) or ``low`` (1-3).
    lowest, highest : int
        Smallest and largest score given.
    experts : int
        Experts who scored it.
    """

    position: int
    region: str
    name: str
    score: int
    previous_score: int | None
    tier: Tier
    lowest: int
    highest: int
    experts: int

    @property
    def change(self) -> int | None:
        """Score less the score of the edition before."""
        return None if self.previous_score is None else self.score - self.previous_score

    @property
    def spread(self) -> int:
        """Largest score given less the smallest."""
        return self.highest - self.lowest


@dataclass(frozen=True)
class Departure:
    """A region that the print has elsewhere than the method puts it.

    Attributes
    ----------
    region, name : str
        Which.
    printed, position : int
        Place in print and by the method.
    code : str
        ``out_of_order`` (among other scores) or ``out_of_alphabet`` (among its equals).
    """

    region: str
    name: str
    printed: int
    position: int
    code: str

    def sentence(self) -> Message:
        """Say where it stands and where the method puts it."""
        why = {
            "out_of_order": _("among regions of another score"),
            "out_of_alphabet": _("outside the alphabet among its equals"),
        }[self.code]
        return _(
            "{name} stands in place {printed}, {why}; the method gives place {position}.",
            name=regions.by_code(self.region),
            printed=self.printed,
            why=why,
            position=self.position,
        )


@dataclass(frozen=True)
class MadeEdition:
    """An edition made by the method.

    Attributes
    ----------
    label, previous_label : str
        Roman numerals.
    entries : tuple of Scored
        Every region, in the order of the method.
    experts : tuple of str
        Who scored.
    agreement : Alpha or None
        Krippendorff's alpha (ordinal) of the experts; None with one sheet, or with scores that are
        already joined.
    departures : tuple of Departure or None
        Where a print departs from the method; None where no print was given.
    """

    label: str
    previous_label: str
    entries: tuple[Scored, ...]
    experts: tuple[str, ...]
    agreement: Alpha | None
    departures: tuple[Departure, ...] | None = None

    def tier_sizes(self) -> dict[Tier, int]:
        """Count the regions of each tier."""
        return {tier: sum(entry.tier == tier for entry in self.entries) for tier in TIERS}

    def changed(self) -> tuple[Scored, ...]:
        """Regions whose score is another than in the edition before, the largest rise first."""
        moved = [entry for entry in self.entries if entry.change]
        return tuple(sorted(moved, key=lambda entry: (-(entry.change or 0), entry.position)))

    def sentence(self) -> Message:
        """What the edition says, in two sentences."""
        sizes = self.tier_sizes()
        compared = [entry.change for entry in self.entries if entry.change is not None]
        rose, fell = sum(change > 0 for change in compared), sum(change < 0 for change in compared)
        same = len(compared) - rose - fell
        return _(
            "Edition {label} scores {entries} regions: {high} high, {moderate} moderate, {low} low. Against edition {previous_label} {rose} rose, {fell} fell and {same} kept their score.",
            label=self.label,
            entries=len(self.entries),
            high=sizes["high"],
            moderate=sizes["moderate"],
            low=sizes["low"],
            previous_label=self.previous_label,
            rose=rose,
            fell=fell,
            same=same,
        )

    def agreement_sentence(self) -> Message:
        """How well the experts agree, or why that is not known."""
        if self.agreement is not None:
            return self.agreement.sentence()
        return _("The scores came as one sheet, so nothing can be said on how experts agree.")


def write_sheet(
    path: Path, previous_scores: Mapping[str, int], names: Mapping[str, str], guide: Sequence[str] = ()
) -> forms.Written:
    """Write a scoring sheet for one expert, beside those of the name that are there and may be filled in.

    Parameters
    ----------
    path : Path
        Ending in ``.csv`` or ``.xlsx``.
    previous_scores : dict
        Score of the edition before by region code. Give an empty one for a sheet that does not show
        it: an expert who sees the old score starts from it.
    names : dict
        Name by code, in the order of the sheet.
    guide : sequence of str
        `instructions` as text, for a page of their own.
    """
    rows = [
        {
            "region": code,
            "name": name,
            "previous_score": str(previous_scores.get(code, "")),
            "score": "",
            "remark": "",
        }
        for code, name in names.items()
    ]
    choices = {"score": [str(score) for score in SCORES]}
    return forms.write(path, FORM, rows, choices, guide)


def instructions(*, is_shown: bool) -> tuple[Message, ...]:
    """What an expert should know who fills in a scoring sheet.

    Parameters
    ----------
    is_shown : bool
        Whether the sheet shows the score of the edition before.
    """
    old = (
        _(
            "The old score is shown. Decide on this year's events first, and look at it afterwards: whoever sees the old score starts from it."
        ),
    )
    return (
        _(
            "Score: a whole number from 1 to 10. 10-7 high, 6-4 moderate, 3-1 low productivity of work with China."
        ),
        _(
            "Score what was done in the year of the edition and publicly reported; results count more than intentions."
        ),
        _(
            "Fill in only the columns score and remark. Leave score empty where you cannot judge: an empty cell is left out and is no low score. In remark write what decided it; remarks stay on your sheet."
        ),
        _("Do not change the column region; rows may be sorted."),
        *old * is_shown,
        _(
            "Do not agree on scores with the other experts before all sheets are back. Save the file under its name (XLSX, or CSV in UTF-8) and return it; a region's score will be the lower median of its experts' scores."
        ),
    )


def read_sheet(path: Path, expert: str) -> ScoringSheet:
    """Read a scoring sheet that came back; blank scores are left out.

    Raises
    ------
    AnalysisError
        If a region is unknown or stands twice, or a score is not a whole number from 1 to 10; the
        sentence names the row.
    """
    scores: dict[str, int] = {}
    for row in sheets.read(path, ("region", "score")):
        where = f"{paths.relative(path)}, row {row['row']}:"
        code = row["region"]
        if code not in {region.code for region in regions.all_regions()}:
            raise AnalysisError(f"{where} the region is {quoted(code)}; allowed are ISO codes like RU-AMU.")
        if code in scores:
            raise AnalysisError(f"{where} {code} stands twice; a region has one row.")
        if row["score"]:
            scores[code] = _score(row["score"], f"{where} the score of {code}")
    if not scores:
        raise AnalysisError(f"{paths.relative(path)} holds no score; fill in the column 'score'.")
    return ScoringSheet(expert, scores)


def read_sheets(folder: Path) -> tuple[ScoringSheet, ...]:
    """Read every sheet of a folder, the file's name being the expert's.

    Of an expert's forms (``A.xlsx``, ``A.2.xlsx``) the newest counts.

    Raises
    ------
    AnalysisError
        If there is none, if an older form of an expert has a score that the newest has not, or as `read_sheet`.
    """
    # a spreadsheet that has a file open leaves `~$A.xlsx` beside it
    files = [
        path
        for path in sorted(folder.glob("*"))
        if path.suffix in sheets.FORMATS and not tabular.is_litter(path)
    ]
    if not files:
        raise AnalysisError(
            f"{paths.relative(folder)} holds no scoring sheet; allowed are {' and '.join(sheets.FORMATS)} files."
        )
    experts = dict.fromkeys(_expert(path, files) for path in files)
    return tuple(_newest(name, [path for path in files if _expert(path, files) == name]) for name in experts)


def _expert(path: Path, files: Sequence[Path]) -> str:
    """Name of the expert: that of the file, without the number of a newer form of a file that is there too."""
    name, _ = forms.split(path)
    return name if any(other.stem == name for other in files) else path.stem


def _newest(expert: str, files: Sequence[Path]) -> ScoringSheet:
    *older, newest = sorted(files, key=lambda path: forms.split(path)[1])
    found = read_sheet(newest, expert)
    for path in older:
        for row in sheets.read(path, ("region", "score")):
            if row["score"] and row["score"] != str(found.scores.get(row["region"], "")):
                raise AnalysisError(
                    f"{paths.relative(path)}, row {row['row']}, has a score of {row['region']} that {newest.name} has not; "
                    f"leave only the form of {expert} that counts in the folder."
                )
    return found


def write_sheets(
    folder: Path, experts: Sequence[str], previous: Path, *, show_previous: bool, guide: Sequence[str] = ()
) -> tuple[forms.Written, ...]:
    """Write a workbook for each expert, beside those that are there.

    Regions stand in the order of the edition before, or in the alphabet's where its scores are to
    stay hidden: the edition's order goes by score.

    Parameters
    ----------
    folder : Path
        Where; the files are called after the experts.
    experts : sequence of str
        Names or numbers, fit for file names.
    previous : Path
        Scores table of the edition before, as `amur ingest rating` writes it.
    show_previous : bool
        Whether the sheet shows the old score, as the authors of the rating saw it.

    Raises
    ------
    AnalysisError
        If a name is not fit for a file name or stands twice, or as `analysis.rating.forms.write`.
    """
    for expert in experts:
        if not _is_file_name(expert):
            raise AnalysisError(
                f"{quoted(expert)} cannot be the name of an expert's file; use at most 100 letters and digits."
            )
    if len(set(experts)) < len(experts):
        raise AnalysisError(f"The experts are {', '.join(experts)}; each has a name of their own.")
    table = load_scores(previous)
    codes, names = table["region"].tolist(), table["name_printed"].tolist()
    scores = dict(zip(codes, table["score"].tolist(), strict=True)) if show_previous else {}
    in_order = dict(zip(codes, names, strict=True))
    if not show_previous:
        in_order = dict(sorted(in_order.items(), key=lambda item: folded(item[1])))
    return tuple(write_sheet(folder / f"{expert}.xlsx", scores, in_order, guide) for expert in experts)


def _is_file_name(name: str) -> bool:
    # a file name has at most 255 bytes; ".2" at its end would make it the newer form of another expert's
    return (
        bool(name)
        and Path(name).name == name
        and not name.startswith((".", "~"))
        and name.isprintable()
        and len(name.encode(errors="replace")) <= 200
        and forms.split(Path(f"{name}.xlsx"))[0] == name
    )


def from_folder(folder: Path, previous: Path) -> MadeEdition:
    """Make the edition after `previous` from a folder of scoring sheets.

    Parameters
    ----------
    folder : Path
        Holds one sheet an expert.
    previous : Path
        Scores table of the edition before.

    Raises
    ------
    AnalysisError
        As `read_sheets`, `make_edition` and `analysis.rating.document.load_scores`.
    """
    table = load_scores(previous)
    codes = table["region"].tolist()
    label = str(table["edition"].iloc[0])
    if label not in ROMAN[:-1]:
        raise one_of(f"The edition of {paths.relative(previous)}", label, ROMAN[:-1])
    return make_edition(
        read_sheets(folder),
        dict(zip(codes, table["score"].tolist(), strict=True)),
        ROMAN[ROMAN.index(label) + 1],
        dict(zip(codes, table["name_printed"].tolist(), strict=True)),
    )


def _score(value: object, what: str) -> int:
    text = str(value)
    # at most two digits: Python reads no number of thousands of them
    if not (text.isascii() and text.isdecimal() and len(text) < 3) or int(text) not in SCORES:
        raise one_of(what, value, ["whole numbers from 1 to 10"])
    return int(text)


def make_edition(
    scoring_sheets: Sequence[ScoringSheet],
    previous_scores: Mapping[str, int],
    label: str,
    names: Mapping[str, str],
    printed_order: Sequence[str] = (),
) -> MadeEdition:
    """Make an edition: scores, tiers, order, comparison, departures.

    The score is the lower median of the experts: the highest score that more than half of them
    reach. With an even number of experts the two middle ones may differ, and the rating's scale is
    whole; the lower one is the majority grade of Balinski and Laraki (2007, "A theory of measuring,
    electing, and ranking", PNAS 104).

    Parameters
    ----------
    scoring_sheets : sequence of ScoringSheet
        One an expert.
    previous_scores : dict
        Score of the edition before by region; a region that had none is left out.
    label : str
        Roman numeral of the edition made.
    names : dict
        Name by region: the alphabet within equal scores is theirs. Also the regions to be scored.
    printed_order : sequence of str, optional
        Region codes as a print has them, to be compared with the method.

    Raises
    ------
    AnalysisError
        If there is no sheet, two experts have one name, a region of `names` has no score or an
        unknown one has, a score is outside 1-10, or the print does not hold the same regions.
    """
    if label not in ROMAN[1:]:
        raise one_of("The edition", label, ROMAN[1:])
    _check_sheets(scoring_sheets, names)
    for code, previous in previous_scores.items():
        _score(previous, f"The score of {code} in the edition before")
    keys = sorted(
        (_key(names[code], _median(scoring_sheets, code), previous_scores.get(code)), code) for code in names
    )
    entries = tuple(
        _entry(place, code, names[code], scoring_sheets, previous_scores.get(code))
        for place, (_, code) in enumerate(keys, start=1)
    )
    return MadeEdition(
        label=label,
        previous_label=ROMAN[ROMAN.index(label) - 1],
        entries=entries,
        experts=tuple(sheet.expert for sheet in scoring_sheets),
        agreement=_agreement(scoring_sheets, names),
        departures=_departures(entries, printed_order) if printed_order else None,
    )


def _check_sheets(scoring_sheets: Sequence[ScoringSheet], names: Mapping[str, str]) -> None:
    experts = [sheet.expert for sheet in scoring_sheets]
    if not experts or len(set(experts)) < len(experts):
        raise AnalysisError(
            f"The experts are {', '.join(experts) or 'none'}; an edition needs at least one, each named once."
        )
    for sheet in scoring_sheets:
        for code, score in sheet.scores.items():
            if code not in names:
                raise AnalysisError(
                    f"{sheet.expert} scores {code}, which is not among the regions of the edition."
                )
            _score(score, f"{sheet.expert}: the score of {code}")
    unscored = [code for code in names if not any(code in sheet.scores for sheet in scoring_sheets)]
    if unscored:
        raise AnalysisError(f"No expert scores {', '.join(unscored)}; every region needs at least one score.")


def _given(scoring_sheets: Iterable[ScoringSheet], code: str) -> list[int]:
    return [sheet.scores[code] for sheet in scoring_sheets if code in sheet.scores]


def _median(scoring_sheets: Iterable[ScoringSheet], code: str) -> int:
    return statistics.median_low(_given(scoring_sheets, code))


def _key(name: str, score: int, previous: int | None) -> tuple[int, int, str]:
    """Sort key of the method: score, previous score (none last), alphabet."""
    return -score, -(previous or 0), name_key(name)


def _entry(
    place: int, code: str, name: str, scoring_sheets: Sequence[ScoringSheet], previous: int | None
) -> Scored:
    given = _given(scoring_sheets, code)
    score = statistics.median_low(given)
    return Scored(
        position=place,
        region=code,
        name=name,
        score=score,
        previous_score=previous,
        tier=tier_of(score),
        lowest=min(given),
        highest=max(given),
        experts=len(given),
    )


def _agreement(scoring_sheets: Sequence[ScoringSheet], names: Mapping[str, str]) -> Alpha | None:
    if len(scoring_sheets) < 2:
        return None
    ratings = [[sheet.scores.get(code, np.nan) for code in names] for sheet in scoring_sheets]
    return alpha(np.array(ratings, dtype=float), "ordinal")


def _departures(entries: Sequence[Scored], printed_order: Sequence[str]) -> tuple[Departure, ...]:
    """The fewest regions that, moved, turn the print's order into the method's."""
    by_code = {entry.region: entry for entry in entries}
    if sorted(printed_order) != sorted(by_code):
        odd = sorted(set(printed_order) ^ set(by_code)) or sorted(printed_order)
        raise AnalysisError(
            f"The print and the edition differ in {odd[0]}; the print must hold every region of the edition once."
        )
    printed = [by_code[code] for code in printed_order]
    by_score = misplaced([(-entry.score, -(entry.previous_score or 0)) for entry in printed])
    anyhow = misplaced([(entry.position,) for entry in printed])
    return tuple(
        Departure(
            region=entry.region,
            name=entry.name,
            printed=index + 1,
            position=entry.position,
            code="out_of_order" if index in by_score else "out_of_alphabet",
        )
        for index, entry in enumerate(printed)
        if index in anyhow
    )


def committed(label: str = "III") -> MadeEdition:
    """Make the published edition again from its own scores, and compare it with its print.

    The published scores stand in for one sheet, as the experts' own are not published.
    """
    table = package.read("rating-scores")
    if label not in set(table["edition"]):
        raise one_of("The edition", label, sorted(set(table["edition"])))
    table = table[table["edition"] == label].sort_values("position")
    codes = table["region"].tolist()
    previous = dict(zip(codes, table["previous_score"], strict=True))
    return make_edition(
        [ScoringSheet("published scores", dict(zip(codes, table["score"].tolist(), strict=True)))],
        {code: int(score) for code, score in previous.items() if score == score},  # NaN: had none
        label,
        dict(zip(codes, table["name_printed"].tolist(), strict=True)),
        codes,
    )


def requested(scoring_sheets: str, previous_scores: str) -> MadeEdition:
    """Make the edition a notebook or a command asks for.

    Parameters
    ----------
    scoring_sheets : str
        Folder of scoring sheets; empty for edition III from its published scores.
    previous_scores : str
        Scores table of the edition before; empty for the committed one of edition III.

    Raises
    ------
    AnalysisError
        If `previous_scores` is given without sheets, or as `from_folder`.
    """
    if not scoring_sheets:
        if previous_scores:
            raise AnalysisError(
                "previous_scores is given without scoring_sheets; name the folder of the scoring sheets too."
            )
        return committed()
    previous = Path(previous_scores) if previous_scores else package.resource("rating-scores").path
    return from_folder(Path(scoring_sheets), previous)


def departures_sentence(made: MadeEdition) -> Message:
    """How many places of a print depart from the method, in one sentence."""
    if made.departures is None:
        return _("There is no print of edition {label} yet to compare with the method.", label=made.label)
    n = len(made.departures)
    order = sum(item.code == "out_of_order" for item in made.departures)
    return _(
        "The method gives back the print's tiers, and its order but for {n} of {entries} regions: {order} among another score, {alphabet} outside the alphabet.",
        n=n,
        entries=len(made.entries),
        order=order,
        alphabet=n - order,
    )


def as_frame(made: MadeEdition) -> pd.DataFrame:
    """A made edition in its own order, one row a region.

    Returns
    -------
    pandas.DataFrame
        ``position, region, tier, score``; ``previous_score`` and ``change`` (NaN where the edition before does not
        score the region); ``lowest``, ``highest`` and number of ``experts``.
    """
    names = (
        "position",
        "region",
        "tier",
        "score",
        "previous_score",
        "change",
        "lowest",
        "highest",
        "experts",
    )
    frame = pd.DataFrame({name: [getattr(entry, name) for entry in made.entries] for name in names})
    return frame.astype({"previous_score": float, "change": float})


def departure_frame(made: MadeEdition) -> pd.DataFrame:
    """Where a print departs from the method, one row a region; empty where there is no print or no departure.

    Returns
    -------
    pandas.DataFrame
        ``region``, place ``printed``, ``position`` by the method, ``code`` of the reason and ``why`` in words.
    """
    names = ["region", "printed", "position", "code"]
    rows = [{name: getattr(item, name) for name in names} for item in made.departures or ()]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(why=frame["code"].map(DEPARTURES))


DEPARTURES = {
    "out_of_order": _("among regions of another score"),
    "out_of_alphabet": _("outside the alphabet"),
}
