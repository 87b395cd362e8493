"""Figures: regions, sources, the catalogue of indicators, the one table of observations, a reader's own files."""
