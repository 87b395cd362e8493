"""A grid file from anybody ends in runs or in one sentence, soon, whatever is in it."""

import random
import time

import pytest

from analysis import paths
from analysis.errors import AnalysisError
from analysis.workflow.batch import grid, gridfile

HEAD = '[[grid]]\nnotebook = "05_association"\n[grid.cross]\n'
HEAD_YAML = "grid:\n- notebook: 05_association\n  cross:\n"
DIGITS = "9" * 5000
FOLDS = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
FAULTS = {
    "braces.yaml": (HEAD_YAML + "    edition: {{ name }}\n", "line 4: a name must be text"),
    "month.yaml": (HEAD_YAML + "    edition: [2020-13-01]\n", "month must be in 1..12"),
    "month.toml": (HEAD + "edition = [2020-13-01]\n", "is not TOML"),
    "cycle.yaml": ("grid: &a\n- *a\n", "line 1: it has aliases that unfold without end"),
    "folds.yaml": (FOLDS, "it has too many values"),
    "deep.yaml": ("grid: " + "[" * 2000 + "]" * 2000, "nested too deeply"),
    "deep.toml": ("grid = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
    "digits.toml": (HEAD + f"alpha = [{DIGITS}]\n", "thousands of digits"),
    "digits.yaml": (HEAD_YAML + f"    alpha: [{DIGITS}]\n", "thousands of digits"),
    "sixteen.toml": (
        HEAD + f"alpha = [0.1, 0x{DIGITS}]\n",
        "line 4: alpha is a int that no run can be given",
    ),
    "list.toml": (HEAD + f"alpha = [[0x{DIGITS}], [0x{DIGITS}]]\n", "line 4: alpha is a list"),
    "long.toml": (f'[[grid]]\nnotebook = "{"x" * 900_000}"\n', "line 2: A notebook is 'xxx"),
    "large.toml": ("a = 1\n" * 300_000, "larger than 1 MiB"),
    "lines.toml": (HEAD + "".join(f"a{n} = [1,\n2]\n" for n in range(50_000)), "line 4: A parameter"),
    "key.yaml": ("? [a, b]\n: 1\n", "line 1: a name must be text"),
    "empty.yaml": ('grid: !!int ""\n', "a value that cannot be"),
    "when.yaml": ("grid: !!timestamp x\n", "a value that cannot be"),
    "code.yaml": ("grid: !!python/object/apply:os.getpid []\n", "is not YAML at line 1"),
    "two.yaml": ("a: 1\n---\nb: 2\n", "is not YAML at line 2"),
}


def refusal(path):
    """Sentence a grid file is refused with; None for one in order."""
    try:
        grid.requests(gridfile.read(path))
    except AnalysisError as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", FAULTS)
def test_what_yaml_and_toml_allow_and_a_grid_cannot_mean(tmp_path, name):
    text, told = FAULTS[name]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    started = time.process_time()
    sentence = refusal(path)
    assert told in sentence
    assert len(sentence) < 500
    # seconds of the processor; without bounds the worst of these took minutes
    assert time.process_time() - started < 10


def test_ten_thousand_values_and_a_byte_order_mark_are_no_fault(tmp_path):
    path = tmp_path / "grid.toml"
    levels = [round(0.00005 * n, 5) for n in range(1, 10_001)]
    path.write_text(f"{HEAD}alpha = {levels}\n", encoding="utf-8-sig")
    started = time.process_time()
    assert len(grid.requests(gridfile.read(path))) == 10_000
    assert time.process_time() - started < 10


def test_a_line_is_found_among_statements_of_every_form():
    text = (
        '# [ a bracket in a comment\na = "x # [ no comment"\nb = """\n[[[\n"""\nc = \'[\'\n'
        "d = [ # open\n  1,\n  [2]\n]\ne = {f = 1}\n"
    )
    lines = [gridfile._toml_line(text, (name,)) for name in "abcde"]
    assert lines == [2, 3, 6, 7, 11]


GRIDS = sorted((paths.root() / "grids").glob("*.toml"))


def test_any_change_of_bytes_ends_in_runs_or_a_sentence(tmp_path):
    chance = random.Random(19)
    originals = [path.read_bytes() for path in GRIDS]
    originals.append(HEAD_YAML.encode() + b"    alpha: [0.1, 0.2]\n    edition: [II, III]\n")
    for number in range(60):
        content = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content))
            content[place : place + chance.randint(0, 3)] = chance.choice(
                [b"", b"[", b"]", b'"', b"{{", b"\n", b"*a", b"&a ", b"\x00", b"\xff", b"0x", b": ", b"- "]
            )
        path = tmp_path / f"{number}{'.toml' if bytes(content).lstrip()[:1] in b'[#' else '.yaml'}"
        path.write_bytes(bytes(content))
        sentence = refusal(path)
        assert sentence is None or len(sentence) <= 1500
