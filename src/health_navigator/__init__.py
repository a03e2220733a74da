"""Health Navigator: curated, sourced answers about health for migrants in Peru."""
