"""Escapes: outside text is inert Markdown, formulas are kept, dollars are not formulas."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperkit.posts.escapes import Escape, Formula, attribute, pieces, prose, safe_url
from paperkit.posts.flavors import FLAVORS


def formulas(text: str) -> list[str]:
    """Return the TeX of a text's formulas."""
    return [p.tex for p in pieces(text) if isinstance(p, Formula)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$x_{i}$ and $\\alpha$", ["x_{i}", "\\alpha"]),
        ("We pay $5 and then $6", []),
        ("from $7-$8 to $1,000 or $9", []),
        ("US$5 million and US$6 million", []),
        ("the $k$-means of $3$ and $n$ sets", ["k", "3", "n"]),
        ("$Y\\approx$0.28 or $\\sim$10", ["Y\\approx", "\\sim"]),
        ("$\\{x\\} \\$ y$ z", ["\\{x\\} \\$ y"]),
        ("$\\text{if $x$}$", ["\\text{if $x$}"]),
        ("a \\$5 bill and $x$", ["x"]),
        ("the $S&P500$, $a\\&b$, $x^{#}$", ["S\\&P500", "a\\&b", "x^{\\#}"]),
        ("$\\matrix{a & b}$", ["\\matrix{a & b}"]),
        ("$$a$$ and \\(b\\) and \\[c\\]", ["a", "b", "c"]),
        ("\\begin{align*} a &= b \\end{align*}", ["\\begin{align*} a &= b \\end{align*}"]),
        ("\\begin{itemize} \\item $x$ \\end{itemize}", ["x"]),
        ("$\\unclosed{$ and $y$", ["y"]),
        ("$\\href{javascript:alert(1)}{x}$", []),
        ("$\\def\\x{1}$ and $\\require{html}$", []),
        ("the $p-$adic $K-$functional of a $*$-structure", ["p-", "K-", "*"]),
        ("$0.95$ AUC, $3,14$, $2.5$-dimensional, $140+$ hours", ["0.95", "3,14", "2.5", "140+"]),
        ("$→$ and $∞$ at $90°$, $H.$ or $p,q,$ and $A':$", ["→", "∞", "90°", "H.", "p,q,", "A':"]),
        ("rent is $1,200/month vs. $900/month, $HOME/$USER and $HOME:$PATH", []),
        ("i.e. 5$ or 6$; the shell needs $HOME and $PATH; from $140+$20 to $0.5-$0.7", []),
        ("$", []),
        ("", []),
    ],
)
def test_formulas_are_told_from_dollars(text: str, found: list[str]) -> None:
    """What MathJax should set is found, what it should not is left in the words."""
    assert formulas(text) == found


def test_pieces_lose_nothing() -> None:
    """The words between formulas are the text's own, in order."""
    text = "A $x$ b $5 c $$y$$."
    assert list(pieces(text)) == [
        "A ",
        Formula("x", False),
        " b $5 c ",
        Formula("y", True),
        ".",
    ]


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("$x_{i}$", "$x&#95;&#123;i&#125;$"),
        ("$$x$$", "$&#36;x&#36;$"),
        ("<b> & *c*", "&lt;b&gt; &amp; &#42;c&#42;"),
        ("1. one", "1&#46; one"),
        ("- one", "&#45; one"),
        ("# one", "&#35; one"),
        ("C# and F #", "C# and F &#35;"),
        ("A Static Analyser for C#", "A Static Analyser for C&#35;"),
        ("Issue ##", "Issue &#35;&#35;"),
        ("(1) We present", "(1&#41; We present"),
        ("(i) We present", "(i&#41; We present"),
        ("a) We present", "a&#41; We present"),
        ("1234567890. We present", "1234567890&#46; We present"),
        ("(x) = 2", "(x&#41; = 2"),
        ("e.g. this", "e.g. this"),
        (":smile: 10:30", "&#58;smile: 10:30"),
        ("O'Neil -- and...", "O&#39;Neil -&#45; and.&#46;&#46;"),
        ("$5 only", "<span>$</span>5 only"),
        ("{{ x }}", "&#123;&#123; x &#125;&#125;"),
        ("见 https://a.org/v1_b，然后", "见 <https://a.org/v1_b>，然后"),
        ("https://a.org/f_(x)", "[https&#58;//a.org/f&#95;(x)](https://a.org/f_%28x%29)"),
        ("ftp://a.org/x_y www.a.org/x_y", "ftp&#58;//a.org/x&#95;y www&#46;a.org/x&#95;y"),
        ("a\n\n  b", "a b"),
    ],
)
def test_text_becomes_inert_markdown(text: str, markdown: str) -> None:
    """Characters that an engine reads as markup are entities, the rest stays readable."""
    assert Escape().inline(text) == markdown


@given(st.text(max_size=80))
def test_unescaping_gives_the_text_back(text: str) -> None:
    """No character is lost or changed on the way, whatever the text."""
    written = Escape().inline(text, links=False)
    plain = html.unescape(re.sub(r"</?span>", "", written))
    assert _tidy(plain) == _tidy(text)


def _tidy(text: str) -> str:
    parts = [
        p if isinstance(p, str) else f"{'$$' if p.display else '$'}{p.tex}"
        for p in pieces(" ".join(html.unescape(html.unescape(text)).split()))
    ]
    return " ".join("".join(parts).replace("$", "").split())


@given(st.text(alphabet="<>&\"'`{}%#[]()!*_$\\ ab\n", max_size=60))
def test_no_text_opens_a_tag_a_template_or_a_link(text: str) -> None:
    """Nothing that comes out could be taken for HTML, Nunjucks, Liquid or a Markdown link."""
    written = re.sub(r"</?span>", "", Escape().inline(text))
    assert not re.search(r"[<>\[\]{}`*_\\]", written)


@given(st.text(st.characters(exclude_categories=("Cc", "Cn", "Cs")), max_size=60))
def test_an_attribute_holds_no_quote_no_bracket_no_brace(text: str) -> None:
    """Alternative texts can't leave their quotes."""
    written = attribute(text)
    assert not re.search(r"[<>\"'{}`\\\n]", written)
    assert html.unescape(written) == " ".join(text.split())


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.org/x_y(1)", "https://a.org/x_y%281%29"),
        ("https://a.org/@me", "https://a.org/%40me"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("元 宇/图.png", "%E5%85%83%20%E5%AE%87/%E5%9B%BE.png"),
    ],
)
def test_addresses_are_http_or_relative(url: str, safe: str) -> None:
    """Other schemes are dropped; what engines misread is percent-encoded."""
    assert safe_url(url) == safe


def test_a_persons_prose_keeps_its_markdown_and_its_code() -> None:
    """Only formulas are rewritten; code is left as it is."""
    text = "*My* $a_{i}$, `$b_{i}$` and\n\n```\n$c_{i}$\n```\n\n$d_1$"
    assert prose(text, Escape()) == (
        "*My* $a&#95;&#123;i&#125;$, `$b_{i}$` and\n\n```\n$c_{i}$\n```\n\n$d&#95;1$"
    )


def test_template_openings_in_prose_are_kept_from_running() -> None:
    """In text they become entities, in code a character without width keeps them apart."""
    assert prose("a {{< x >}} `{{< y >}}`", Escape(), ("{{<",)) == (
        "a &#123;&#123;&#60; x >}} `{\u200b{< y >}}`"
    )


MONEY = {
    "hexo": "<span>$</span>5 and <span>$</span>6, <span>$</span>HOME",
    "hugo": "`$`5 and `$`6, `$`HOME",
    "quarto": "\\$5 and \\$6, \\$HOME",
    "myst": "\\$5 and \\$6, \\$HOME",
    "blog-markdown": "<span>&#36;</span>5 and <span>&#36;</span>6, <span>&#36;</span>HOME",
}


@pytest.mark.parametrize("flavor", MONEY)
@pytest.mark.parametrize("typed", ["\\$5 and \\$6, $HOME", "$5 and $6, $HOME"])
def test_money_in_a_persons_prose_is_money(flavor: str, typed: str) -> None:
    """Escaped, as notebooks advise, or not: no engine's MathJax finds a formula there."""
    assert prose(typed, FLAVORS[flavor].escape) == MONEY[flavor]
    kept = "<a href='x$y$'> [a](b$c$d) https://a.org/$x"
    assert prose(kept, FLAVORS[flavor].escape) == kept


@pytest.mark.parametrize(
    "code",
    [
        "Copy:\n\n    cp $A_b $C_d\n\n    cp $E_f $G_h\n\nDone.",
        "or <code>$HOME/a_b and $PATH/x_y</code>",
        "\tx = $a_1 + $b_2\n",
    ],
)
def test_code_that_is_not_fenced_is_left_alone(code: str) -> None:
    """Indented after a blank line, or in HTML; within a list an indented line is no code."""
    assert prose(code, Escape()) == code
    item = "- one\n\n    two $x_1$\n"
    assert prose(item, Escape()) == item.replace("_", "&#95;")


def test_a_bar_in_a_tables_formula_ends_no_cell() -> None:
    """MyST splits a row at each of them."""
    text = "| a | $P(a|b)$ and $\\|x\\|$ |\n\nand $P(a|b)$"
    assert prose(text, FLAVORS["myst"].escape) == (
        "| a | $P(a\\vert b)$ and $\\Vert x\\Vert$ |\n\nand $P(a|b)$"
    )


@pytest.mark.parametrize("name", FLAVORS)
@pytest.mark.parametrize("box", ["[ ]", "[x]", "[X]"])
def test_a_text_that_begins_like_a_task_has_no_box(name: str, box: str) -> None:
    """Pandoc looks for one once entities are read; what has no width keeps the bracket apart."""
    written = FLAVORS[name].escape.inline(f"{box} done")
    assert html.unescape(written) == f"[\u2060{box[1:]} done"
    assert html.unescape(FLAVORS[name].escape.inline(f"a {box}")) == f"a {box}"


def test_a_backslash_before_a_formula_does_not_escape_it() -> None:
    """MathJax would take the dollar for one; what has no width keeps them apart."""
    for escape in (Escape(), Escape(literal="code")):
        assert "&#92;&#8288;$x&#95;1$" in escape.inline(r"line \\$x_1$ done")
