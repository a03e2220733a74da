"""Health Navigator: curated, sourced answers about health for migrants in Peru."""

import os

__version__ = "0.1.0"

# Before NumPy is first loaded, or it has no effect: its threads spin while they wait, and on a
# busy machine of two cores that makes learning several times slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
