"""Exhibits: the register, what each one is made of, and how it becomes files."""

from analysis.publish.exhibits.publish import Exhibit, Shown, publish, show

__all__ = ["Exhibit", "Shown", "publish", "show"]
