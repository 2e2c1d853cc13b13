"""Text that looks like some mailer's merge tags, and every way such text gets mangled."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

SYNTAX = (
    "{{ UnsubscribeURL }}", "{{UnsubscribeURL}}", '{{ TrackLink "x" . }}', "https://a.example/b@TrackLink", "{{- x -}}",
    "{{/* x */}}", "*|UNSUB|*", "*|IF:FNAME|*", "*|LIST:ADDRESS|*", "{{{unsubscribe}}}", "{{#if x}}", "{{/if}}",
    "{{else}}", "{{! x }}", "{{> x}}", "{{~x~}}", "{{{{raw}}}}", "\\{{x}}", "\\\\{{x}}",
    "<%asm_group_unsubscribe_raw_url%>",
    "[%first_name%]", "[unsubscribe]", "[weblink]", "{{amazonSESUnsubscribeUrl}}", "{{{ pm:unsubscribe }}}",
    "{{=<% %>=}}",
    "{{ mirror }}", "{{ contact.FIRSTNAME }}", "%unsubscribe_url%", "%recipient.name%", "<unsubscribe>",
    "</unsubscribe>",
    "<webversion>", "[firstname,fallback=there]", "{% unsubscribe_link %}", "{% if x %}", "{% raw %}", "{% endraw %}",
    "{% comment %}", "{# x #}", "{{ first_name|default:'' }}", "{{ unsubscribe_link }}", "%%{unsubscribe_url}%%",
    '{first_name, "there"}', "{name}", "[link:subscription_unsubscribe_url]", "[subscriber:firstname | default:x]",
    "{{ x", "x }}", "{%", "%}", "{#", "*|", "|*", "<script>", "</script>", "<!--", "-->", "<a href=\"", "&amp;",
    "&#123;",
)  # fmt: skip
SHARDS = (*SYNTAX, *"{}%#*|[]<>&\\\"'@$~!/ .x", "50%", "é", "日本", "😀", "a b", "TrackLink", "unsubscribe")


def fuzzed(count: int, seed: int = 20260123) -> list[str]:
    """Every syntax alone and between words, then ``count`` random joins of shards; always the same."""
    chance = Random(seed)
    alone = [*SYNTAX, *(f"Mayor says {tag} twice {tag}" for tag in SYNTAX)]
    return alone + ["".join(chance.choices(SHARDS, k=chance.randint(1, 7))) for _ in range(count)]


def foreign_text() -> st.SearchStrategy[str]:
    """One line of story or ad text, dense with merge tags."""
    printable = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn"))
    shard = st.one_of(st.sampled_from(SHARDS), st.text(printable, max_size=4))
    return st.lists(shard, max_size=8).map("".join)
