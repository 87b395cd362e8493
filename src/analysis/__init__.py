"""Tables, charts and statistics of a study of Russian regions' cooperation with China.

A module imports only from what stands above it here.

- `analysis.errors`, `analysis.paths`, `analysis.regions`, `analysis.tables`: sentences for people, folders, codes
  and names of the regions, numbers as each language writes them
- `analysis.sources`: one module a publisher, which turns its files into tidy rows
- `analysis.rating`, `analysis.trade`: the rating's own tables and sheets; sums over customs files
- `analysis.indicators`: the catalogue and the one table of observations
- `analysis.association`, `analysis.ledger`: exact statistics; printed numbers and their verdicts
- `analysis.associations`, `analysis.multiverse`, `analysis.questions`: what they say of this study
- `analysis.charts`, `analysis.parameters`, `analysis.exhibits`: figures, requests, the register of exhibits
- `analysis.runs`, `analysis.batch`, `analysis.kernels`: one notebook run, many, and kernels that start fast
- `analysis.readme`, `analysis.citation`, `analysis.report`, `analysis.reproduce`, `analysis.check`,
  `analysis.archive`, `analysis.documents`: what people read, cite and deposit
- `analysis.cli`: the command ``amur``
"""
