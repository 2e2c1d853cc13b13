"""docs/templates.md tells all that a template can print, and its example is a block that works."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from digest import model
from digest.render import RenderRequest, load_theme, loader, problems, render, values
from tests.strategies import render as make

DOC = (Path(__file__).parents[1] / "docs" / "templates.md").read_text("utf-8")
NAMED = {
    **values.COMMON,
    **values.CONTEXTS["section"],
    **values.CONTEXTS["story"],
    **values.CONTEXTS["house"],
}


@pytest.mark.parametrize("name", loader.NAMES)
def test_every_file_is_in_the_table(name: str) -> None:
    assert f"`{name}`" in DOC


@pytest.mark.parametrize(("name", "kind"), NAMED.items())
def test_every_value_is_in_the_table(name: str, kind: type) -> None:
    row = next(line for line in DOC.splitlines() if line.startswith(f"| `{name}` |"))
    assert is_dataclass(kind)
    assert {field.name for field in fields(kind)} <= set(re.findall(r"`(\w+)`", row))


@pytest.mark.parametrize("theme", ["lively", "broadsheet", "bulletin"])
def test_the_example_is_a_block_that_looks_right(tmp_path: Path, theme: str) -> None:
    example = re.search(r"```jinja\n(.*?)```", DOC, re.DOTALL)
    assert example
    folder = tmp_path / "templates" / "blocks"
    folder.mkdir(parents=True)
    (folder / "story.j2").write_text(example[1], "utf-8")
    room = make.newsroom(tmp_path, theme=theme)
    assert problems(room) == ()
    request = RenderRequest(
        newsroom=room, edition=room.editions[0], day=make.DAY, lineup=make.lineup(2), plan=make.plan(),
        theme=load_theme(room, None),
    )  # fmt: skip
    block = render(request).html.decode().split("data-story=")[2].split("data-story=")[0]
    words = re.findall(r"<(a|p|h3)\b([^>]*)>[^<]", block.partition('class="footer')[0])[:3]
    assert [name for name, _ in words] == ["a", "p", "p"]
    assert all(re.search(r'style="[^"]*color:#', rest) for _, rest in words)  # not the blue of a browser
    assert re.search(r'<td[^>]*style="padding:0 (24|32)px"', block)
    assert "text-decoration:none" in words[0][1]
    assert re.search(r'<h3 style="[^"]*font-size:1[68]|<h3 style="[^"]*font-size:20', block)


@pytest.mark.parametrize("theme", ["lively", "broadsheet", "bulletin"])
def test_classes_of_the_blocks_are_known_to_a_style_sheet(theme: str, tmp_path: Path) -> None:
    files = loader.collect(tmp_path, theme)
    sheets = "".join(
        layer.text for name, source in files.items() if name.endswith(".css") for layer in source.layers
    )
    used = {
        name
        for file, source in files.items()
        if file.endswith(".j2")
        for names in re.findall(r'class="([^"{]*)"', source.text)
        for name in names.split()
    }
    assert {name for name in used if f".{name}" not in sheets} == set()


OWN = sorted({path.stem for path in (loader.shipped() / "blocks").glob("*.j2")} - set(loader.BLOCKS))


@pytest.mark.parametrize("name", OWN)
def test_the_data_of_a_block_that_ships_is_in_the_table(name: str) -> None:
    row = next((line for line in DOC.splitlines() if line.startswith(f"| `{name}.j2` |")), "")
    used = re.findall(r"\bdata\.(\w+)", (loader.shipped() / "blocks" / f"{name}.j2").read_text("utf-8"))
    assert set(used) <= set(re.findall(r"`(\w+)`", row)), "docs/templates.md, what ships"


def test_the_blocks_that_ship_compile_in_a_newsroom(tmp_path: Path) -> None:
    blocks = tuple(
        model.CustomBlock(name=name, position="before_footer", template=f"{name}.j2") for name in OWN
    )
    assert problems(replace(make.newsroom(tmp_path), blocks=blocks)) == ()
