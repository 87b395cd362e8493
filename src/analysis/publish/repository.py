"""The state of the repository a result was made from: commit and cleanliness."""

from __future__ import annotations

import os
import subprocess
from dataclasses import asdict, dataclass

from analysis import paths
from analysis.data.messages import _
from analysis.data.regions import Language
from analysis.publish.words import text

# enough of a commit's name to be unique for any project's life; git itself shows seven to twelve
SHORT = 12
# folders in which a new file may change a result
MADE_FROM = ("data/raw/", "notebooks/", "grids/", "src/", "locale/")


@dataclass(frozen=True)
class State:
    """Commit and cleanliness.

    Attributes
    ----------
    commit : str
        Full name of the commit.
    is_clean : bool
        Whether nothing was changed since that a result could be made from; a new file elsewhere, such as the executed
        notebook that is cited, is none.
    """

    commit: str
    is_clean: bool

    def words(self, language: Language) -> str:
        """State in a few words, for a reference."""
        commit = self.commit[:SHORT]
        if self.is_clean:
            return f"git {commit}"
        return text(_("git {commit} with uncommitted changes", commit=commit), language)


def state() -> State | None:
    """State of the repository; None outside git (an unpacked archive)."""
    try:
        # a repository that merely contains the unpacked archive is not ours
        if _git("rev-parse", "--show-prefix"):
            return None
        changes = _git("status", "--porcelain", "--untracked-files=all").splitlines()
        return State(_git("rev-parse", "HEAD"), not any(map(_counts, changes)))
    except (OSError, subprocess.CalledProcessError):
        return None


def _counts(change: str) -> bool:
    """Whether a line of ``git status`` is a change of what results are made from, or of a committed file."""
    return not change.startswith("?? ") or change[3:].strip('"').startswith(MADE_FROM)


def git_state() -> dict[str, object] | None:
    """State of the repository as it stands in the record of a run."""
    found = state()
    return asdict(found) if found else None


def _git(*arguments: str) -> str:
    # GIT_DIR and its like, set for another repository (git sets them for its hooks), would name that one's commit
    own = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    command = ["git", *arguments]
    # the locale's own encoding may be ASCII
    found = subprocess.run(
        command, cwd=paths.root(), capture_output=True, encoding="utf-8", check=True, env=own
    )
    return found.stdout.strip()


def tracked_files() -> list[str] | None:
    """Files of the repository, relative to its top; None outside git."""
    if state() is None:
        return None
    # -z keeps Cyrillic names as they are
    return sorted(name for name in _git("ls-files", "-z").split("\0") if name)
