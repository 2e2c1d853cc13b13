"""How alike headlines are in meaning, as a model of language sees it: the extra ``newsroom-digest[embedding]``.

One model is one file in ``digest.likeness.models``, named as the key ``events.language_model`` names it. Nothing
here is imported, and no model is loaded, where the key is not set.
"""

from digest.likeness.reader import Reader, open_reader

__all__ = ["Reader", "open_reader"]
