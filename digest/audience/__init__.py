"""Readers by the million: the table of who chose what, the packs their variants are written to, and the engines.

Imported only where a build has an audience; duckdb, fsspec and dask come with the extra ``scale``.
"""
