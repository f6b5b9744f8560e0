"""Patterns match as in Go: against the helm binary, one call for hundreds of them."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest
from go_expressions import evaluate, helm_json, run_helm, write_chart

from migrator.templates.bounds import TooLargeError
from migrator.templates.errors import TemplateError
from migrator.templates.golang.encoding_json import encode
from migrator.templates.golang.regexp import compile_regex

ATOMS = (
    "a", "b", ".", r"\d", r"\w", r"\W", r"\s", "[a-c]", "[^a]", "[[:alpha:]]", r"[^[:digit:]-]", r"\b", "^", "$", r"\A", r"\z",
    "x", "-", r"\.", "é", "[à-ü]", r"\pL", r"\p{Lu}", r"\PN", "(?i:é)", r"\x41", r"\x{e9}", r"\n", r"\Qa.b\E", "(?s:.)",
    "(?m:^)", "(?m:$)", r"\p{Greek}", "Σ", "(?i:k)", "(?i)s", r"\101", "(?U:a+)", "[]a]", r"[a\-z]",
)  # fmt: skip
REPEATED = ("", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,3}?", "{2,}")
CHARACTERS = "aaabbcABC xx11-_..é\n\tÉΣσςKKſs"  # noqa: RUF001
REPLACEMENTS = ("<$0>", "[$1]", "${name}-", "$$", "$1a", "$9", "x")


def pattern(chance: random.Random, depth: int = 2) -> str:
    """Any pattern that Go takes."""

    def atom() -> str:
        if depth and chance.random() < 0.3:
            return chance.choice(("(", "(?:", "(?P<name>")) + pattern(chance, depth - 1) + ")"
        return chance.choice(ATOMS)

    branches = range(chance.choice((1, 1, 1, 2, 3)))
    return "|".join("".join(atom() + chance.choice(REPEATED) for _ in range(chance.randrange(4))) for _ in branches)


@pytest.mark.parametrize("seed", range(2))
def test_random_patterns(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311
    rows = []
    while len(rows) < 400:
        made, text = pattern(chance), "".join(chance.choices(CHARACTERS, k=chance.randrange(14)))
        if made.count("?P<name>") < 2:
            rows.append((made, text, chance.choice(REPLACEMENTS)))
    expressions = [
        expression
        for row in rows
        for made, text, replacement in [tuple(map(json.dumps, row))]
        for expression in (
            f"list (regexMatch {made} {text}) (regexFind {made} {text}) (regexFindAll {made} {text} -1)",
            f"list (regexFindAll {made} {text} 2) (regexSplit {made} {text} -1) (regexSplit {made} {text} 2)",
            f"list (regexReplaceAll {made} {text} {replacement}) (regexReplaceAllLiteral {made} {text} {replacement})",
        )
    ]
    found = {text: encode(evaluate(text, {})) for text in expressions}
    expected = dict(zip(expressions, helm_json(tmp_path, expressions), strict=True))
    assert {text: found[text] for text in expressions if found[text] != expected[text]} == {}


REFUSED = ("(", "a**", "[z-a]", "(?=a)", "*", "[[:foo:]]", "a{2,1}", r"\p{Nope}", "(?P<a-b>x)", "a)", "[a", "x{1001}", "(?i", r"\C", r"[\C]", r"\Z")  # fmt: skip


@pytest.mark.parametrize("source", REFUSED)
def test_what_go_refuses_is_refused_in_its_words(source: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_regex(source)
    template = f"a: {{{{ mustRegexFind {json.dumps(source)} `x` }}}}\n"
    assert caught.value.message in run_helm(write_chart(tmp_path, template)).stderr


@pytest.mark.parametrize("source", [r"a\\C", r"\Q\C\E", r"x\QC"])
def test_what_only_looks_like_any_byte_is_taken(source: str) -> None:
    assert compile_regex(source).find("x") is None


def test_no_pattern_takes_longer_than_its_text_is_long() -> None:
    start = time.process_time()
    assert compile_regex("^(a+)+$").find("a" * 100_000 + "b") is None
    assert compile_regex("(x+x+)+y").find("x" * 10_000) is None
    assert time.process_time() - start < 2


def test_bytes_that_are_no_text_are_characters() -> None:
    assert compile_regex("a.b").find("xa\udcffbx") == "a\udcffb"
    assert compile_regex(".").replace("\udcffé", "-", literal=True) == "--"


def test_a_text_grows_no_further_than_a_render_may_hold() -> None:
    with pytest.raises(TooLargeError, match="regexReplaceAll makes a text of"):
        compile_regex("").replace("x" * 100, "y" * 1_000_000, literal=True)
