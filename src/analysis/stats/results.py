"""What a test of association says: one frozen object, never a bare number and never NaN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analysis.data.regions import Language
from analysis.stats.exact import Method
from analysis.stats.wording import (
    Reason,
    checked_language,
    decimal,
    english_plural,
    probability,
    russian_plural,
    whole,
    years_apart,
)

Statistic = Literal["kendall_tau_b", "spearman_rho", "somers_d", "gamma", "pearson_r"]

TWO_SIDED_RULE = "P(|S - E(S)| >= |s - E(S)|) over all distinct arrangements of the score"

STATISTIC_NAMES: dict[str, dict[Language, str]] = {
    "kendall_tau_b": {"en": "Kendall's tau-b", "ru": "Коэффициент ранговой корреляции Кендалла (тау-b)"},
    "spearman_rho": {"en": "Spearman's rho", "ru": "Коэффициент ранговой корреляции Спирмена"},
    "somers_d": {"en": "Somers' D", "ru": "Коэффициент D Сомерса"},
    "gamma": {"en": "Goodman and Kruskal's gamma", "ru": "Коэффициент гамма Гудмена — Краскела"},
    "pearson_r": {"en": "Pearson's r", "ru": "Коэффициент линейной корреляции Пирсона"},
}


@dataclass(frozen=True)
class Association:
    """Association of the score with one covariate over a population of regions.

    Attributes
    ----------
    statistic : str
        One of `STATISTIC_NAMES`.
    n : int
        Regions used.
    estimate : float or None
        The coefficient; within strata where there are strata. None when it cannot be had.
    arrangements : int or None
        Distinct arrangements of the score (within strata): the size of the null distribution.
    p_exact : float or None
        Exact two-sided p by `two_sided_rule`; None where it was sampled or cannot be had.
    p_min : float or None
        Smallest two-sided p reachable given both tie patterns; for a sampled p the smallest the
        sample can show, 1 / (resamples + 1).
    method : str or None
        ``lattice``, ``q-multinomial``, ``enumeration`` or ``monte_carlo``.
    exceeding, upper : int or None
        Arrangements (or resamples) at least as far from the mean as the observed one, and with a
        statistic at least as large.
    strata : tuple of int
        Sizes of the strata within which the score was permuted; empty without strata.
    p_sampled, p_low, p_high : float or None
        Monte Carlo p, (b + 1) / (B + 1) (Phipson and Smyth 2010), and the 99 % Clopper-Pearson
        interval of the exact p it stands for.
    resamples : int or None
        Random arrangements drawn.
    cost_seconds : float or None
        What the exact distribution was estimated to take, where it was therefore not computed.
    cannot : Reason or None
        Why there is no result; its sentences are in both languages.
    two_sided_rule : str
        What "two-sided" means here.
    """

    statistic: str
    n: int
    estimate: float | None = None
    arrangements: int | None = None
    p_exact: float | None = None
    p_min: float | None = None
    method: Method | None = None
    exceeding: int | None = None
    upper: int | None = None
    strata: tuple[int, ...] = ()
    p_sampled: float | None = None
    p_low: float | None = None
    p_high: float | None = None
    resamples: int | None = None
    cost_seconds: float | None = None
    cannot: Reason | None = None
    two_sided_rule: str = TWO_SIDED_RULE

    @property
    def p(self) -> float | None:
        """The exact p, or the sampled one where exact is out of reach."""
        return self.p_exact if self.p_exact is not None else self.p_sampled

    @property
    def reason(self) -> str | None:
        """English sentence saying why there is no result, or None."""
        return self.cannot.en if self.cannot else None

    def can_reach(self, alpha: float) -> bool:
        """Whether any arrangement at all would give a two-sided p of `alpha` or less."""
        return self.p_min is not None and self.p_min <= alpha

    def sentence(self, language: Language, gap_years: int | None = None) -> str:
        """One sentence that a paper could print.

        Parameters
        ----------
        language : {"en", "ru"}
            Language of the sentence.
        gap_years : int, optional
            Years from the covariate to the rated events, to be said with the result.

        Raises
        ------
        AnalysisError
            If the language is not known.
        """
        name = STATISTIC_NAMES[self.statistic][checked_language(language)]
        if self.cannot is not None:
            return f"{name} {'cannot be had' if language == 'en' else 'не определён'}: " + (
                self.cannot.sentence(language)
            )
        assert self.estimate is not None
        clause = "" if gap_years is None else f"; {years_apart(gap_years, language)}"
        estimate = decimal(self.estimate, 2, language)
        if language == "en":
            within = f" within {len(self.strata)} strata" if self.strata else ""
            regions = f"{self.n} {english_plural(self.n, 'region')}"
            return f"{name}{within} is {estimate} over {regions} ({self._test_en()}){clause}."
        within = f" внутри {len(self.strata)} страт" if self.strata else ""
        regions = f"{self.n} {russian_plural(self.n, 'регион', 'региона', 'регионов')}"
        return f"{name}{within} равен {estimate} ({regions}; {self._test_ru()}){clause}."

    def _test_en(self) -> str:
        assert self.p is not None and self.arrangements is not None and self.p_min is not None
        p, smallest = probability(self.p, "en"), probability(self.p_min, "en")
        if self.method == "monte_carlo":
            assert self.p_low is not None and self.p_high is not None and self.resamples is not None
            return (
                f"sampled two-sided p = {p}, 99% interval {probability(self.p_low, 'en')} to "
                f"{probability(self.p_high, 'en')}, {whole(self.resamples)} random arrangements of about "
                f"{whole(self.arrangements)}; smallest p the sample can show {smallest}"
            )
        return f"exact two-sided p = {p}, {whole(self.arrangements)} arrangements, smallest reachable p = {smallest}"

    def _test_ru(self) -> str:
        assert self.p is not None and self.arrangements is not None and self.p_min is not None
        p, smallest = probability(self.p, "ru"), probability(self.p_min, "ru")
        forms = ("перестановка", "перестановки", "перестановок")
        if self.method == "monte_carlo":
            assert self.p_low is not None and self.p_high is not None and self.resamples is not None
            return (
                f"двустороннее p по случайной выборке = {p}, 99%-й интервал от {probability(self.p_low, 'ru')} до "
                f"{probability(self.p_high, 'ru')}, {whole(self.resamples)} случайных перестановок из примерно "
                f"{whole(self.arrangements)}; наименьшее p, различимое выборкой, {smallest}"
            )
        return (
            f"точное двустороннее p = {p}, {whole(self.arrangements)} "
            f"{russian_plural(self.arrangements, *forms)}, наименьшее достижимое p = {smallest}"
        )
