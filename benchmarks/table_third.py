"""A third set of tables: heads of three levels, cells over columns, errors below, notes, text.

    python benchmarks/table_samples.py FOLDER --third --seed 7 --papers 20

Each function returns a tabular, what its rows say and how many of them are head.
"""

from __future__ import annotations

from table_samples import Cell, Kinds, Made, Maker, _line, _plain, _seen


def _names(m: Maker, count: int) -> list[str]:
    return [m.word().capitalize() for _ in range(count)]


def _set(columns: str, head: list[str], body: list[str]) -> str:
    rows = [r"\toprule", *head, r"\midrule", *body, r"\bottomrule"]
    return "\n".join([rf"\begin{{tabular}}{{{columns}}}", *rows, r"\end{tabular}"])


def _values(m: Maker, columns: int, style: str = "plain") -> list[list[Cell]]:
    digits = m.random.choice([1, 2])
    return [
        [(name, name), *(m.value(style, digits) for _ in range(columns - 1))]
        for name in _names(m, m.random.randint(3, 7))
    ]


def three_lines(m: Maker, columns: int, style: str) -> Made:
    """Heads of one, two and three lines side by side."""
    first = m.word().capitalize()
    heads = [[m.word().capitalize(), *_names(m, n % 3)] for n in range(1, columns)]
    body = _values(m, columns)
    tex = " & ".join([first, *(r"\makecell{" + r"\\".join(h) + "}" for h in heads)]) + r" \\"
    rows = [[first, *map(" ".join, heads)], *map(_seen, body)]
    return _set("l" + "c" * (columns - 1), [tex], [*map(_line, body)]), rows, 1


def three_levels(m: Maker, columns: int, style: str) -> Made:
    """One head over four columns, two over two, one each."""
    top, (a, b), low = m.word(3).capitalize(), _names(m, 2), [m.word()[:4] for _ in range(4)]
    first, body = m.word().capitalize(), _values(m, 5)
    head = [
        rf" & \multicolumn{{4}}{{c}}{{{top}}} \\ \cmidrule(lr){{2-5}}",
        rf" & \multicolumn{{2}}{{c}}{{{a}}} & \multicolumn{{2}}{{c}}{{{b}}} \\",
        r"\cmidrule(lr){2-3}\cmidrule(lr){4-5}",
        _line(_plain([first, *low])),
    ]
    rows = [["", top, "", "", ""], ["", a, "", b, ""], [first, *low], *map(_seen, body)]
    return _set("lcccc", head, [*map(_line, body)]), rows, 3


def spanning(m: Maker, columns: int, style: str) -> Made:
    """Cells over two columns in the body."""
    head, body = _plain(_names(m, 5)), _values(m, 5)
    tex, rows = [], [_seen(head)]
    for row in body:
        if m.random.random() < 0.3:
            said = m.random.choice(["n/a", "diverged", "out of memory"])
            tex.append(rf"{row[0][0]} & {row[1][0]} & \multicolumn{{2}}{{c}}{{{said}}} & 7.1 \\")
            rows.append([row[0][1], row[1][1], said, "", "7.1"])
        else:
            tex.append(_line(row))
            rows.append(_seen(row))
    return _set("lcccc", [_line(head)], tex), rows, 1


def lowered(m: Maker, columns: int, style: str) -> Made:
    """Errors as indexes below their values."""
    head, body = _plain(_names(m, columns)), []
    for name in _names(m, m.random.randint(3, 7)):
        pairs = [(m.number(1), m.number(2)[-2:]) for _ in range(columns - 1)]
        body.append([(name, name), *((rf"${v}_{{\pm 0.{e}}}$", f"{v}±0.{e}") for v, e in pairs)])
    tex = _set("l" + "c" * (columns - 1), [_line(head)], [*map(_line, body)])
    return tex, [_seen(head), *map(_seen, body)], 1


def noted(m: Maker, columns: int, style: str) -> Made:
    """Raised letters at labels and heads, explained below the last rule."""
    head, body = _plain(_names(m, columns)), _values(m, columns)
    head[-1] = (rf"{head[-1][0]}\textsuperscript{{b}}", f"{head[-1][1]}b")
    body[1][0] = (rf"{body[1][0][0]}$^{{a}}$", f"{body[1][0][1]}a")
    tex = _set("l" + "c" * (columns - 1), [_line(head)], [*map(_line, body)])
    notes = [rf"\multicolumn{{{columns}}}{{l}}{{\footnotesize $^{x}$ {m.sentence(2, 4)}.}} \\"
             for x in "ab"]  # fmt: skip
    tex = tex.replace(r"\end{tabular}", "\n".join([*notes, r"\end{tabular}"]))
    told = [[x + note.split("$ ")[1].split("}")[0], *[""] * (columns - 1)]
            for x, note in zip("ab", notes, strict=True)]  # fmt: skip
    return tex, [_seen(head), *map(_seen, body), *told], 1


def described(m: Maker, columns: int, style: str) -> Made:
    """Labels and text broken over lines, a number beside their first line."""
    head, body = _plain([*_names(m, 2), m.name()]), []
    for _ in range(m.random.randint(3, 5)):
        cells = [m.sentence(1, 3), m.sentence(5, 11), m.number(2)]
        body.append(_plain(cells))
    gap = m.random.choice([r"\midrule", r"\addlinespace", r"\addlinespace[4pt]"])
    tex = [x for row in body for x in (_line(row), gap)][:-1]
    columns_tex = r">{\raggedright}p{1.9cm}>{\raggedright}p{3.4cm}r"
    return _set(columns_tex, [_line(head)], tex), [_seen(head), *map(_seen, body)], 1


def measured(m: Maker, columns: int, style: str) -> Made:
    """Powers of ten, intervals and p-values."""
    r, head, body = m.random, _plain([*_names(m, 3), "$p$"]), []
    head[3] = ("$p$", "p")
    for name in _names(m, r.randint(3, 7)):
        low, high = sorted([r.random(), r.random()])
        power = r.randint(2, 6)
        body.append([
            (name, name),
            (rf"${r.uniform(1, 9):.1f}\times10^{{-{power}}}$", ""),
            (f"[{low:.2f}, {high:.2f}]",) * 2,
            r.choice([("$<0.001$", "<0.001"), ("0.03", "0.03")]),
        ])  # fmt: skip
        tex = body[-1][1][0]
        body[-1][1] = (tex, f"{tex[1:4]}×10{power}")
    tex = _set("lccc", [_line(head)], [*map(_line, body)])
    return tex, [_seen(head), *map(_seen, body)], 1


def arrows(m: Maker, columns: int, style: str) -> Made:
    """Arrows in heads, best values bold, second ones underlined, rows on color."""
    names = _names(m, columns)
    head = [(names[0], names[0]), *((rf"{n} $\uparrow$", f"{n} ↑") for n in names[1:])]
    body = _values(m, columns)
    for row in body:
        value = row[-1][1]
        row[-1] = (m.random.choice([r"\textbf{%s}", r"\underline{%s}", "%s"]) % row[-1][0], value)
    tex = [_line(r) for r in body]
    tex[-1] = r"\rowcolor[gray]{.9}" + tex[-1]
    return _set("l" + "r" * (columns - 1), [_line(head)], tex), [_seen(head), *map(_seen, body)], 1


def settings(m: Maker, columns: int, style: str) -> Made:
    """Two columns of names and two of their values side by side, words and numbers mixed."""
    r, head = m.random, _plain(["Setting", "Value"] * m.random.choice([1, 2]))
    kinds = [lambda: "Adam", lambda: f"{r.randint(1, 9)}e-4", lambda: str(r.randint(1, 512))]
    body = []
    for _ in range(r.randint(3, 6)):
        cells = [c for _ in range(len(head) // 2) for c in (m.sentence(1, 3), r.choice(kinds)())]
        body.append(_plain(cells))
    return _set("ll" * (len(head) // 2), [_line(head)], [*map(_line, body)]), [
        _seen(head), *map(_seen, body)], 1  # fmt: skip


def nested(m: Maker, columns: int, style: str) -> Made:
    """Labels for several rows in the first column, rules below each group."""
    head, tex = _plain(_names(m, 4)), []
    rows = [_seen(head)]
    for label in _names(m, m.random.randint(2, 3)):
        some = _values(m, 3)[: m.random.choice([2, 3])]
        for at, row in enumerate(some):
            first = rf"\multirow[t]{{{len(some)}}}{{*}}{{{label}}}" if at == 0 else ""
            tex.append(f"{first} & {_line(row)}")
            rows.append([label if at == 0 else "", *_seen(row)])
        tex.append(r"\cmidrule{1-4}")
    return _set("llcc", [_line(head)], tex[:-1]), rows, 1


def indented(m: Maker, columns: int, style: str) -> Made:
    """Names of groups on rows of their own, their members indented, some cells empty."""
    head, tex = _plain(_names(m, columns)), []
    rows = [_seen(head)]
    for label in _names(m, 2):
        tex.append(rf"\textit{{{label}}}" + " &" * (columns - 1) + r" \\")
        rows.append([label, *[""] * (columns - 1)])
        for row in _values(m, columns)[:3]:
            if m.random.random() < 0.3:
                row[-1] = ("", "")
            tex.append(r"\quad " + _line(row))
            rows.append(_seen(row))
    return _set("l" + "c" * (columns - 1), [_line(head)], tex), rows, 1


THIRD: Kinds = (
    *(three_lines, three_levels, spanning, lowered, noted, described),
    *(measured, arrows, settings, nested, indented),
)
CLASSES = (
    r"\documentclass[10pt,twocolumn]{article}",
    r"\documentclass[11pt]{article}",
    r"\documentclass[conference]{IEEEtran}",
    r"\documentclass{llncs}",
    r"\documentclass[final,5p,times,twocolumn]{elsarticle}",
)
