"""Health Navigator: curated, sourced answers about health for migrants in Peru."""

__version__ = "0.1.0"
