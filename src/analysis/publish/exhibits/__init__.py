"""Exhibits: the register, what each one is made of, and how it becomes files."""

from analysis.publish.exhibits.publish import Exhibit, publish, show

__all__ = ["Exhibit", "publish", "show"]
