"""Rule R7: what is cited for what, and whether it can be found."""

from __future__ import annotations

import re

from analysis.data.messages import _
from analysis.errors import AnalysisError
from analysis.ledger.checks import CheckInput, Finding, check
from analysis.ledger.normal_forms import folded, stems
from analysis.ledger.wording import joined, put


@check("R7", says=_("one source is cited for one thing"))
def one_use(given: CheckInput) -> Finding:
    """R7: one source is cited for one thing.

    Inputs: ``sources`` (addresses by place of citing) and ``subjects`` (what each place cites it for).
    """
    sources, subjects = given.needs("sources").texts, given.needs("subjects")
    places = [k for k, text in sources.items() if folded(text) == folded(given.text)]
    without = [place for place in places if place not in subjects.texts]
    if without:
        raise AnalysisError(f"{given.where}: nothing says what {', '.join(without)} cites its source for.")
    told = dict(zip(subjects.texts, subjects.placed, strict=True))
    note = _("Cited for {told}.", told=joined((told[place] for place in places), "; "))
    cited = {folded(subjects.texts[place]) for place in places}
    if len(places) < 2:
        alone = _("Cited once, so there is nothing to compare.")
        return Finding(None, _("{count} place", count=len(places)), joined([note, alone]))
    number = _("subjects: {subjects}, places: {places}", subjects=len(cited), places=len(places))
    return Finding(len(cited) == 1, number, note)


@check("R7", alone=True, says=_("an address names a page"))
def is_page(given: CheckInput) -> Finding:
    """R7: an address leads to a page and not only to a site."""
    path = re.sub(r"^https?://", "", given.text.strip()).partition("/")[2]
    note = (
        _("{url} names a page.", url=given.quoted)
        if path
        else _("{url} is a site; the page that was read is not named.", url=given.quoted)
    )  # fmt: skip
    return Finding(bool(path), path if path else _("no page"), note)


@check("R7", says=_("a source's title names what it is cited for"))
def title_names(given: CheckInput) -> Finding:
    """R7: a title shares a content word with the statement it is cited for; both may be quoted in pieces."""
    title, statement = (" ".join(given.needs(name).texts.values()) for name in ("title", "statement"))
    common = sorted(stems(title) & stems(statement))
    shared = ", ".join(f"{stem}-" for stem in common)
    note = _(
        "Cited for {statement}; its title: {title}.",
        statement=joined(given.needs("statement").placed, "; "),
        title=joined(given.needs("title").placed, "; "),
    )
    return Finding(bool(common), shared if common else _("no word in common"), note)


@check("R7", says=_("a project has one home"))
def one_home(given: CheckInput) -> Finding:
    """R7: a project is told of one region; inputs: ``named`` (quotes by region) and ``project``, a name in all of them."""
    named, project = given.needs("named"), given.words("project")
    without = [text for text in named.texts.values() if folded(project) not in folded(text)]
    if without:
        raise AnalysisError(f"{given.where}: {project!r} does not stand in {without[0]!r}.")
    count = len({label.rpartition(".")[2] for label in named.texts})
    told = joined(named.placed, "; ")
    return Finding(count == 1, _("regions: {count}", count=count), put("{told}.", told=told))
