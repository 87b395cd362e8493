"""How the study is run: one notebook, batches, warm kernels, the whole, the command ``amur``."""
