"""The repository itself: one truth about packages, imports that only go down, no loose ends."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter

import pytest

from analysis import paths
from analysis.publish import readme

ROOT = paths.root()
REQUIREMENT = re.compile(r"^([A-Za-z0-9_.-]+)(.*)$")


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for name in extras for line in extras[name])]
    return {canonical(m[1]): m[2] for m in (REQUIREMENT.match(line) for line in lines)}


def test_conda_names_the_same_packages_and_bounds():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    lines = [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("- ")]
    lines = [line for line in lines if line not in ("pip:", "-e .")]
    named = {canonical(m[1]): m[2] for m in (REQUIREMENT.match(line) for line in lines)}
    for other in ("conda-forge", "nodefaults", "pip"):
        named.pop(other)
    python = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "requires-python"
    ]
    assert named.pop("python") == python
    assert named == declared()


def test_the_lock_pins_every_declared_package_inside_its_bounds_with_hashes():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {}
    for block in re.split(r"\n(?=\S)", text):
        match = re.match(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)", block)
        if match:
            assert "--hash=sha256:" in block, match[1]
            pinned.setdefault(canonical(match[1]), []).append(match[2])
    for name, bounds in declared().items():
        low = re.search(r">=([\d.]+)", bounds)[1]
        high = re.search(r"<([\d.]+)", bounds)[1]
        for version in pinned[name]:
            numbers = [tuple(int(part) for part in re.findall(r"\d+", v)) for v in (low, version, high)]
            assert numbers[0] <= numbers[1] < numbers[2], (name, version)


def test_the_lock_carries_no_address():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in re.sub(r"^\S+==.*$", "", text, flags=re.MULTILINE)


# rooms from the ground floor up; a module may import from its own room and from those below
FLOORS = ("errors", "paths", "stats", "data", "customs", "rating", "ledger", "publish", "workflow")


def modules():
    base = ROOT / "src" / "analysis"
    return [path for path in sorted(base.rglob("*.py")) if path != base / "__init__.py"]


def imported_rooms(path):
    """Rooms of the package that a module imports from, lazily or not."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "analysis":
            parts = node.module.split(".")
            yield from [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("analysis."))


def runs_up(room, target):
    """Whether an import goes up a floor, or leaves the statistics, which stand on nothing of ours."""
    if room == target:
        return False
    return room == "stats" or FLOORS.index(target) > FLOORS.index(room)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(ROOT / "src").as_posix())
def test_imports_only_go_down(path):
    room = path.relative_to(ROOT / "src" / "analysis").parts[0].removesuffix(".py")
    assert room in FLOORS, f"{room} is no room of the house"
    for target in imported_rooms(path):
        assert not runs_up(room, target), f"{path.name} imports {target}"


def test_importing_the_catalogue_does_not_load_plots_kernels_or_models():
    code = (
        "import sys; import analysis.data.indicators; "
        "print([n for n in ('matplotlib', 'numba', 'scipy', 'statsmodels', 'papermill') if n in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


@pytest.mark.parametrize("language", list(readme.FILES))
def test_the_made_parts_of_the_readmes_are_those_of_the_register_and_the_reference(language):
    text = readme.path(language).read_text(encoding="utf-8")
    assert readme.rendered(text, language) == text


@pytest.mark.parametrize("language", list(readme.FILES))
def test_every_local_link_of_the_readmes_leads_somewhere(language):
    text = readme.path(language).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / target).exists(), target


TEXT = (
    "*.py",
    "*.md",
    "*.csv",
    "*.json",
    "*.ipynb",
    "*.toml",
    "*.yml",
    "*.html",
    "*.css",
    "*.js",
    "*.txt",
    "*.po",
)
FOLDERS = ("src", "tests", "notebooks", "docs", "data/raw", "reference", "grids", "benchmarks", "locale")


def unreadable(content):
    """What is wrong with the bytes of a text file; nothing if nothing is."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "is not UTF-8"
    if text.startswith("\ufeff"):
        return "begins with a byte order mark"
    # bytes, because reading as text turns line ends
    return "has carriage returns" if b"\r" in content else ""


def test_every_file_is_text_a_reader_can_open():
    """A byte order mark or other line ends give other sums on another machine."""
    paths_ = [path for folder in FOLDERS for kind in TEXT for path in (ROOT / folder).rglob(kind)]
    assert len({path.suffix for path in paths_}) > 5
    assert [(path.name, told) for path in paths_ if (told := unreadable(path.read_bytes()))] == []


@pytest.mark.parametrize("content", [b"a\r\nb\n", b"a\rb", b"\xef\xbb\xbfa\n", "é".encode("latin-1")])
def test_a_file_that_is_no_such_text_is_found(content):
    assert unreadable(content)


# a group of three after a plain, no-break or thin space; a decimal comma behind it is the paper's own print
SPACED = re.compile(r"(?<!\d)\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?![\d,])")


def english_texts():
    """Every English text a reader meets: constants of the package, notebooks, pages, registers, the descriptor."""
    for path in modules():
        # rules are judged by the ledger's own tests; its notes follow the paper's print
        if path.parent.name != "ledger":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield path, node.value
    for path in [*paths.notebooks().glob("*.ipynb"), *(ROOT / "src/analysis/data/register").glob("*.csv")]:
        yield path, path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), paths.raw() / "datapackage.json"]:
        yield path, path.read_text(encoding="utf-8")


def test_english_groups_thousands_with_a_comma():
    """Tables say 5,000: a title that says 1 000 would be another hand's."""
    found = [
        (path.name, match[0], line.strip()[:80])
        for path, text in english_texts()
        for line in text.splitlines()
        for match in SPACED.finditer(line)
        # Russian words beside the number make it Russian, where the separator is a space
        if not re.search("[а-яё]", line[max(0, match.start() - 12) : match.end() + 12])
    ]
    assert found == []


CYRILLIC = re.compile("[\u0400-\u04ff]")
# modules in which Cyrillic letters may stand, and why; everything a reader is shown is in locale/ru.po
MAY_HAVE_CYRILLIC = {
    "customs/rules.py": "words of the customs files",
    "data/crossings.py": "a point's name in the published list",
    "data/emiss.py": "words of EMISS tables",
    "data/formats.py": "names of the district's row and of two countries without an ISO code",
    "data/free_table.py": "headings of readers' tables",
    "data/normalise.py": "spellings of names, units and missing figures in Russian files",
    "data/regions.py": "names of the federal districts",
    "data/yearbook.py": "words of Rosstat's yearbook",
    "ledger/normal_forms.py": "words of printed claims",
    "ledger/printed.py": "words of printed numbers",
    "ledger/rules/labels.py": "words of captions and column heads",
    "ledger/units.py": "units of printed numbers",
    "rating/document.py": "words of the rating's text layer",
    "rating/sheets.py": "title of the page of instructions, for people of either language",
    "rating/statements.py": "words of the rating's statements",
}


def test_cyrillic_stands_only_where_russian_files_are_read():
    """A Russian word in code would be shown untranslated, or be missed when the catalogue changes."""
    base = ROOT / "src" / "analysis"
    found = {
        path.relative_to(base).as_posix()
        for path in modules()
        if CYRILLIC.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(MAY_HAVE_CYRILLIC)


# modules that share a name, and why that misleads nobody
SAME_NAME = {
    "__init__": "Python's",
    "catalogue": "of indicators and of translations: the term of both fields",
    "claims": "one thing, read in the ledger and shown on the report's page",
    "errors": "the statistics stand on nothing of ours",
    "ranks": "one thing, computed in the statistics and judged in the ledger",
    "units": "one thing, in publishers' tables and in claims",
}


def test_one_word_has_one_meaning():
    """Two modules or classes of one name: an import that reads right would bring the other."""
    modules_by_name = Counter(path.stem for path in modules())
    assert {name for name, count in modules_by_name.items() if count > 1} == set(SAME_NAME)
    classes = Counter(
        node.name
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in classes.items() if count > 1] == []
