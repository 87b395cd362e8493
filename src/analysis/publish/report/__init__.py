"""The report: one static site under ``results/report/``, in English and Russian, that opens from disk."""

from analysis.publish.report.site import build, load, write_notebook, write_others

__all__ = ["build", "load", "write_notebook", "write_others"]
