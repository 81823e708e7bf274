"""Measures Countersign against physical limits: `python -m bench`. docs/performance.md explains."""
