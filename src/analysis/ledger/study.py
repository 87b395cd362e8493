"""The two documents this study judges, the paper and the rating, and any claims file beside them."""

from __future__ import annotations

from fractions import Fraction

from analysis import paths
from analysis.data import indicators
from analysis.ledger.checks import REVISION_BAND
from analysis.ledger.customs import user_store
from analysis.ledger.verify import Ledger, verify_file

PAPER_CLAIMS = "data/raw/paper/claims.csv"
RATING_CLAIMS = "data/raw/rating/claims.csv"


def judge(claims: str = PAPER_CLAIMS, band: Fraction = REVISION_BAND, *, asks_customs: bool = True) -> Ledger:
    """Judge a claims file against every observation the extracts carry, and the reader's customs files if any.

    Parameters
    ----------
    claims : str
        The file, from the top of the repository or by its full path; by default the paper's.
    band : fractions.Fraction
        Revision band: how far an outside figure may stand from a printed one, as a share.
    asks_customs : bool
        Whether the reader's customs files are asked; reading them takes a moment.

    Raises
    ------
    AnalysisError
        If the file has an unknown rule, a number that cannot be read or an input that is missing.
    """
    store = user_store() if asks_customs else None
    return verify_file(paths.root() / claims, indicators.observations(), store, band)
