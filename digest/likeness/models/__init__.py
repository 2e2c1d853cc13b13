"""Models of language: one file each.

A model has ``PACKAGE``, the name of the Python package that brings it, ``WIDTH``, how many numbers a headline becomes
(1000 at most), ``version()``, which changes whenever the numbers may, and ``load()``, which returns a function from
texts to an array of floats with the shape ``(texts, WIDTH)``.
"""

PLUGIN = ("PACKAGE", "WIDTH", "version", "load")
