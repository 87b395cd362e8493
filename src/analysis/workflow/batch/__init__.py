"""Notebooks in thousands: a grid file, its runs on a pool or a cluster, and what came of them."""
