"""What a command does around its work: the terminal it prints to, the signals it gets, the way it ends.

Every mistake of a person and every refusal of the machine ends in one sentence on standard error and exit status 2;
a traceback is a fault of ours and has a status of its own, so that a status of 1 always is the command's own word.
"""

from __future__ import annotations

import atexit
import codecs
import errno
import os
import signal
import sys
import threading
import traceback
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

import click

from analysis import paths
from analysis.errors import AnalysisError, one_line
from analysis.stats.errors import StatisticsError

REFUSED = 2
FAULT = 70  # EX_SOFTWARE of sysexits.h
STOPPED = 128  # and the signal's number, as shells have it: 130 is Ctrl-C

# signs that have a plain form which Unicode does not name as such
_PLAIN = str.maketrans({"–": "-", "—": "-", "\u2212": "-", "«": '"', "»": '"', "“": '"', "”": '"', "’": "'"})


class Stopped(KeyboardInterrupt):
    """A request to end; cleaned up after like Ctrl-C.

    Attributes
    ----------
    signum : int
        Which.
    """

    def __init__(self, signum: int) -> None:
        super().__init__()
        self.signum = signum


class Group(click.Group):
    """A group whose commands end every error of a person, a machine or a program as it should end."""

    def invoke(self, ctx: click.Context) -> object:
        """Invoke the command."""
        if ctx.parent is not None:
            return super().invoke(ctx)
        prepare()
        with terminable():
            try:
                return super().invoke(ctx)
            except (AnalysisError, StatisticsError) as error:
                echo(f"amur: {error}", err=True)
                status = REFUSED
            except OSError as error:
                if error.errno == errno.EPIPE:  # whoever read along has gone; click ends quietly
                    raise
                echo(f"amur: {paths.refusal(error)}", err=True)
                status = REFUSED
            except KeyboardInterrupt as error:
                click.echo("amur: stopped.", err=True)
                status = STOPPED + getattr(error, "signum", signal.SIGINT)
            except (click.ClickException, click.Abort, click.exceptions.Exit):
                raise
            except Exception:
                traceback.print_exc()
                click.echo("amur: this is a fault of the program; please report the lines above.", err=True)
                status = FAULT
            ctx.exit(status)


def echo(text: object, *, err: bool = False) -> None:
    """Print a line; what other people's files put into it is shown, and not obeyed by the terminal."""
    click.echo("\n".join(one_line(line) for line in str(text).split("\n")), err=err)


def prepare() -> None:
    """Make the process independent of what the reader's session has set up for other programs."""
    # matplotlib refuses to be imported with a backend it does not know; here it draws into files only
    os.environ["MPLBACKEND"] = "agg"
    codecs.register_error("amur", _printable)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a stream that is no terminal's, in a test or a notebook
            stream.reconfigure(errors="amur")  # type: ignore[union-attr]
    with suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        # a kernel takes a dozen files; the usual soft limit is kept low for programs that use select()
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


HINT = (
    "amur: the encoding of this output, {encoding}, lacks letters that are shown as codes; "
    "PYTHONIOENCODING=utf-8 shows them."
)


@cache
def _hinted(encoding: str) -> None:
    """Have the command say at its end, once, how to read the letters."""
    atexit.register(print, HINT.format(encoding=encoding), file=sys.stderr)


def _printable(error: UnicodeError) -> tuple[str, int]:
    """What a terminal of few characters shows: a plain form where there is one, else the code."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    shown = ""
    for letter in error.object[error.start : error.end]:
        plain = unicodedata.normalize("NFKD", letter.translate(_PLAIN)).encode("ascii", "ignore").decode()
        if not plain:
            _hinted(sys.stdout.encoding)
        shown += plain or letter.encode("ascii", "backslashreplace").decode()
    return shown, error.end


@contextmanager
def terminable() -> Iterator[None]:
    """Make the requests to end of service managers (TERM) and closed terminals (HUP) end a command like Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum: int, frame: object) -> None:
        raise Stopped(signum)

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        signum = getattr(signal, name, None)
        # nohup has set HUP to be ignored
        if signum is not None and signal.getsignal(signum) is not signal.SIG_IGN:
            before[signum] = signal.signal(signum, stop)
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
