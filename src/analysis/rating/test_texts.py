"""Words of the questions to the rating: question, answer and reservation, apart from the numbers.

Answers have named places that `analysis.rating.rating_tests` fills with the numbers of a run, written the
way each language writes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.data.messages import Message, _


@dataclass(frozen=True)
class Words:
    """Question, answer (with places for numbers) and what it cannot show."""

    question: Message
    answer: Message
    limit: Message


WORDS: dict[str, Words] = {
    "change": Words(
        _("Did the scores shift between the editions?"),
        _(
            "{rose} regions rose, {fell} fell, {kept} stayed; exact signed-rank {p_shift}, Bowker's test of symmetry {p_symmetry}; weighted kappa {kappa}."
        ),
        _(
            "The same authors saw the old score, so persistence is not reliability and change is not independent of it."
        ),
    ),
    "regression_to_mean": Words(
        _("Do extreme scores come back towards the middle?"),
        _("Mean change by old score: {means}. Slope of new on old {forward}, of old on new {backward}."),
        _(
            "A score at an end of the scale can move one way only, and a noisy old score comes back by itself; neither is told apart here from weak regions catching up."
        ),
    ),
    "gap": Words(
        _("Did the gap between leaders and outsiders grow?"),
        _(
            "The spread {verdict}: standard deviation {before} in edition II, {after} in III (exact paired {p}); top quarter less bottom quarter {gap_before} and {gap_after}."
        ),
        _(
            "Scores are bounded below by 1 and given by the same authors; a narrower spread of scores is not a narrower spread of results."
        ),
    ),
    "far_east_gain": Words(
        _("Did the Far East gain on the rest?"),
        _("Mean change {inside} in the Far East, {outside} elsewhere; exact rank-sum {p}."),
        _(
            "Regions at 9 have one point left to gain, so a district of leaders has little room; and one year is one change."
        ),
    ),
    "length": Words(
        _("Does the score follow the length of the entry rather than its content?"),
        _(
            "Score and number of words: rho {direct}, {held} with population and investment held fixed. With length held fixed it is {realised} for the number of realised events and {intended} for that of intended ones (dictionary counts, not validated by people)."
        ),
        _(
            "The authors wrote the entries and gave the scores: a long entry may earn a score, follow from it, or both may follow from how much there was to tell. Counts by a word list are too coarse to clear content of a part."
        ),
    ),
    "stalls": Words(
        _("Do stalled projects go with a falling score?"),
        _(
            "Change and number of stalled statements: rho {direct} ({p}), {held} with length and old score held; mean change {with_stall} with a stall, {without} without."
        ),
        _(
            "Stalls and scores come from the same people in the same month, so this is not a forecast. Stalls are counted by italics, which text fallen out of the table has lost: where that happened some are missing."
        ),
    ),
    "border_and_district": Words(
        _("Does the score go with the border and the federal district?"),
        _(
            "A border region outscores another with probability {everywhere} (exact {p_everywhere}), inside the Far East {inside} ({p_inside}). Between districts lies {effect} of the variance of ranks, where chance gives {chance} ({p_effect}); without the Far East {rest}, where chance gives {chance_rest} ({p_rest})."
        ),
        _(
            "Six border regions share much besides the border, and the authors know the map: a score may follow results at the border or what is expected there."
        ),
    ),
    "conversion_and_score": Words(
        _("Does the score follow what became of the announcements?"),
        _(
            "Over eleven Far Eastern regions tau-b of the score is {realised} with the share realised (exact {p_realised}), {moving} with the share realised or under way ({p_moving}), and {open} with the number left open ({p_open})."
        ),
        _(
            "One coder, one document, shares of a few initiatives each (one in Chukotka), weights of projects ignored; what was realised but not named counts as no news."
        ),
    ),
}
