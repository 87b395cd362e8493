"""Tables, charts and statistics of a study of Russian regions' cooperation with China.

Rooms from the ground floor up; imports only go down:

- `analysis.errors`, `analysis.paths`: sentences for people, folders
- `analysis.stats`: exact statistics for few and tied cases; knows nothing of regions
- `analysis.data`: regions, sources, the catalogue of indicators, the one table of observations
- `analysis.customs`: readers and store of customs files, sums over them
- `analysis.rating`: editions of the rating read, compared, made, and set against the indicators
- `analysis.ledger`: printed numbers and their verdicts
- `analysis.publish`: tables, charts, exhibits, the report, references
- `analysis.workflow`: one notebook run, many, the whole study, the command ``amur``
"""
