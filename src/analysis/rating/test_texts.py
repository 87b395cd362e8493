"""Words of the questions to the rating: question, answer and reservation, apart from the numbers.

Answers have named places that `analysis.rating.rating_tests` fills with the numbers of a run, written the
way each language writes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.data.formats import Text


@dataclass(frozen=True)
class Words:
    """Question, answer (with places for numbers) and what it cannot show, by language."""

    question: Text
    answer: Text
    limit: Text


def text(en: str, ru: str) -> Text:
    """Both languages of a text."""
    return {"en": en, "ru": ru}


WORDS: dict[str, Words] = {
    "change": Words(
        text("Did the scores shift between the editions?", "Сместились ли оценки между выпусками?"),
        text(
            "{rose} regions rose, {fell} fell, {kept} stayed; exact signed-rank {p_shift}, Bowker's test of symmetry "
            "{p_symmetry}; weighted kappa {kappa}.",
            "Оценка выросла у {rose}, снизилась у {fell}, осталась у {kept}; критерий знаковых рангов: точное {p_shift}, "
            "критерий Боукера: {p_symmetry}; взвешенная каппа {kappa}.",
        ),
        text(
            "The same authors saw the old score, so persistence is not reliability and change is not independent of it.",
            "Те же авторы видели прежнюю оценку: устойчивость — не надёжность, а изменение от неё не независимо.",
        ),
    ),
    "regression_to_mean": Words(
        text(
            "Do extreme scores come back towards the middle?",
            "Возвращаются ли крайние оценки к середине?",
        ),
        text(
            "Mean change by old score: {means}. Slope of new on old {forward}, of old on new {backward}.",
            "Среднее изменение по прежней оценке: {means}. Наклон новой по прежней {forward}, прежней по новой {backward}.",
        ),
        text(
            "A score at an end of the scale can move one way only, and a noisy old score comes back by itself; neither is "
            "told apart here from weak regions catching up.",
            "Оценка у края шкалы может двигаться лишь в одну сторону, а неточная прежняя возвращается сама; от догоняющего "
            "развития это здесь не отличить.",
        ),
    ),
    "gap": Words(
        text(
            "Did the gap between leaders and outsiders grow?",
            "Вырос ли разрыв между лидерами и аутсайдерами?",
        ),
        text(
            "The spread {verdict}: standard deviation {before} in edition II, {after} in III (exact paired {p}); top quarter "
            "less bottom quarter {gap_before} and {gap_after}.",
            "Разброс {verdict}: стандартное отклонение {before} в выпуске II, {after} в III (точное парное {p}); верхняя "
            "четверть минус нижняя {gap_before} и {gap_after}.",
        ),
        text(
            "Scores are bounded below by 1 and given by the same authors; a narrower spread of scores is not a narrower "
            "spread of results.",
            "Оценки ограничены снизу единицей и даны теми же авторами; меньший разброс оценок — не меньший разброс "
            "результатов.",
        ),
    ),
    "far_east_gain": Words(
        text("Did the Far East gain on the rest?", "Вырос ли Дальний Восток относительно остальных?"),
        text(
            "Mean change {inside} in the Far East, {outside} elsewhere; exact rank-sum {p}.",
            "Среднее изменение {inside} на Дальнем Востоке, {outside} в остальных регионах; критерий Уилкоксона — Манна — "
            "Уитни: точное {p}.",
        ),
        text(
            "Regions at 9 have one point left to gain, so a district of leaders has little room; and one year is one change.",
            "Оценка 9 может вырасти лишь на единицу: у округа лидеров мало запаса, а год — это одно изменение.",
        ),
    ),
    "length": Words(
        text(
            "Does the score follow the length of the entry rather than its content?",
            "Следует ли оценка за длиной записи, а не за её содержанием?",
        ),
        text(
            "Score and number of words: rho {direct}, with population and investment held {held}. Once length is held, the "
            "number of realised events keeps {realised} and that of intended ones {intended} (dictionary counts, not "
            "validated by people).",
            "Оценка и число слов: ро {direct}, при тех же населении и инвестициях {held}. При той же длине у числа "
            "реализованных событий остаётся {realised}, у намерений {intended} (подсчёт по словарю, не проверен людьми).",
        ),
        text(
            "The authors wrote the entries and gave the scores: a long entry may earn a score, follow from it, or both may "
            "follow from how much there was to tell. Counts by a word list are too coarse to clear content of a part.",
            "Записи и оценки сделали одни и те же люди: длинная запись может вести к оценке, следовать из неё, либо обе — из "
            "числа событий. Подсчёт по списку слов слишком груб, чтобы исключить роль содержания.",
        ),
    ),
    "stalls": Words(
        text("Do stalled projects go with a falling score?", "Снижается ли оценка там, где проекты встали?"),
        text(
            "Change and number of stalled statements: rho {direct} ({p}), {held} with length and old score held; mean change "
            "{with_stall} with a stall, {without} without.",
            "Изменение и число остановок: ро {direct} ({p}), при тех же длине и прежней оценке {held}; среднее изменение "
            "{with_stall} с остановками, {without} без них.",
        ),
        text(
            "Stalls and scores come from the same people in the same month, so this is not a forecast. Stalls are counted by "
            "italics, which text fallen out of the table has lost: where that happened some are missing.",
            "Остановки и оценки отмечены теми же людьми в том же месяце: это не прогноз. Остановки считаются по курсиву, "
            "утраченному вне таблицы: там часть не учтена.",
        ),
    ),
    "border_and_district": Words(
        text(
            "Do border and federal district matter for the score?",
            "Связана ли оценка с границей и округом?",
        ),
        text(
            "A border region outscores another with probability {everywhere} (exact {p_everywhere}), inside the Far East "
            "{inside} ({p_inside}). District explains {effect} of the variance of ranks ({p_effect}), without the Far East "
            "{rest} ({p_rest}).",
            "Приграничный регион выше другого с вероятностью {everywhere} (точное {p_everywhere}), внутри ДФО {inside} "
            "({p_inside}). Округ объясняет {effect} дисперсии рангов ({p_effect}), без ДФО {rest} ({p_rest}).",
        ),
        text(
            "Six border regions share much besides the border, and the authors know the map: a score may follow results at "
            "the border or what is expected there.",
            "Шесть приграничных регионов схожи не только границей, и карту авторы знают: оценка может следовать за "
            "результатами или за ожиданиями от границы.",
        ),
    ),
    "conversion_and_score": Words(
        text(
            "Does the score follow what became of the announcements?",
            "Следует ли оценка за судьбой объявленного?",
        ),
        text(
            "Over eleven Far Eastern regions tau-b of the score is {realised} with the share realised (exact {p_realised}), "
            "{moving} with the share realised or under way ({p_moving}), and {open} with the number left open ({p_open}).",
            "По одиннадцати регионам Дальнего Востока тау-b оценки с долей реализованного {realised} (точное {p_realised}), с "
            "долей реализованного и реализуемого {moving} ({p_moving}), с числом незавершённых инициатив {open} ({p_open}).",
        ),
        text(
            "One coder, one document, shares of a few initiatives each (one in Chukotka), weights of projects ignored; what "
            "was realised but not named counts as no news.",
            "Один кодировщик, один документ, доли от немногих инициатив (на Чукотке — одна), масштаб не учтён; "
            "реализованное, но не названное считается отсутствием новостей.",
        ),
    ),
}
