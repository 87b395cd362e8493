"""The reference values of R, made again where R is at hand: a stale file would test us against ourselves."""

import csv
import math
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "r"
PACKAGES = ("exactRankTests", "coin", "MASS", "car", "spdep")


def has_r():
    if shutil.which("Rscript") is None:
        return False
    wanted = " && ".join(f"requireNamespace('{name}', quietly = TRUE)" for name in PACKAGES)
    return (
        subprocess.run(["Rscript", "-e", f"quit(status = !({wanted}))"], capture_output=True).returncode == 0
    )


@pytest.mark.skipif(
    not has_r(), reason="Rscript with exactRankTests, coin, MASS, car and spdep is not installed here"
)
def test_r_gives_the_committed_reference_again():
    made = subprocess.run(
        ["Rscript", str(HERE / "association_reference.R")], capture_output=True, text=True, check=True
    ).stdout
    again = list(csv.reader(made.splitlines()))
    committed = list(
        csv.reader((HERE / "association_reference.csv").read_text(encoding="utf-8").splitlines())
    )
    assert len(again) == len(committed)
    for row, expected in zip(again, committed, strict=True):
        for cell, reference in zip(row, expected, strict=True):
            if cell != reference:
                # another version of R may print another last digit
                assert math.isclose(float(cell), float(reference), rel_tol=1e-9), (row, expected)
