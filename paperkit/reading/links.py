"""Links: addresses in annotations and text, their kind, and which are the paper's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from paperkit.reading.layout import Row, Sheet
from paperkit.readings import Link, Paragraph

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'“”‘’，。；、（）{}|\\^`\[\]]+", re.I)
_BARE = re.compile(
    r"\b(?:github\.com|gitlab\.com|huggingface\.co|[\w-]+\.github\.io)/[\w./~-]+", re.I
)
_CODE = (
    "github.com",
    "gitlab.",
    "bitbucket.org",
    "codeberg.org",
    "sourceforge.net",
    "codeocean.com",
)
_DATA = (
    "zenodo.org",
    "figshare.com",
    "kaggle.com",
    "osf.io",
    "dataverse",
    "dryad",
    "data.mendeley.com",
)
_VIDEO = ("youtube.com", "youtu.be", "vimeo.com", "bilibili.com")
_PAPER = (
    "arxiv.org",
    "doi.org",
    "aclanthology.org",
    "aclweb.org",
    "openreview.net",
    "semanticscholar.org",
    "springer.com",
    "sciencedirect.com",
    "ieee.org",
    "acm.org",
    "nature.com",
    "jstor.org",
    "crossref.org",
)
_OURS = re.compile(
    r"\b(?:our|the|source|all|full|accompanying|this)\b[^.]{0,60}\b(?:code|implementation|"
    r"repository|project page|dataset|data|models?|demo|supplement\w*)\b|\b(?:code|data|models?|"
    r"implementation|project page|website|instructions?)\b[^.]{0,80}\b(?:available|released|found|"
    r"hosted|public|at|here)\b|代码|项目主页|开源",
    re.I,
)


def links(sheets: Sequence[Sheet], paragraphs: Sequence[Paragraph]) -> list[Link]:
    """Return each address once, the paper's own code, project, data and video first."""
    found: dict[str, tuple[str, int]] = {}
    for sheet in sheets:
        certain = list(_annotated(sheet))
        for url in (*certain, *_unknown(_written(sheet), certain)):
            key = _key(url)
            if key and not any(_cut(key, known) for known in found):
                for known in [
                    k for k in found if _cut(k, key) and found[k][1] == sheet.page.number
                ]:
                    del found[known]
                found.setdefault(key, (url, sheet.page.number))
    result = [_link(url, page, paragraphs) for url, page in found.values()]
    return sorted(result, key=lambda k: (not k.own, _ORDER.get(k.kind, 4), k.page))


_ORDER = {"code": 0, "project": 1, "data": 2, "video": 3}


def stated_links(found: Iterable[tuple[str, str, Paragraph]]) -> list[Link]:
    """Return the addresses of a page of HTML, each once, the paper's own first.

    `found` are addresses with the words that lead to them and the paragraph of these.
    """
    links: dict[str, Link] = {}
    for url, words, home in found:
        address = _trimmed(url)
        if (key := _key(address)) and (key not in links or not links[key].own):
            kind = kind_of(address)
            near = home.text[: home.text.find(words) + len(words) + 60] if words else home.text
            own, reason = _own_there(address, kind, near[-260:], home.role)
            links[key] = Link(address, kind, home.page, own, reason)
    return sorted(links.values(), key=lambda k: (not k.own, _ORDER.get(k.kind, 4)))


def _own_there(url: str, kind: str, near: str, role: str) -> tuple[bool, str]:
    """Return whether an address is the paper's own, by the words around it, and why."""
    if refused := _no_place(url, kind):
        return False, refused
    if role == "references":
        return False, "stands in the references"
    if cue := _OURS.search(near):
        return True, f"the text says: {' '.join(cue.group().split())[:80]}"
    if role == "front":
        return True, "stands above the abstract"
    return False, _CITED


def _no_place(url: str, kind: str) -> str:
    """Return why an address is none of code, data or a project; "" where it is one."""
    if kind in {"paper", "other"}:
        return "not a place of code, data or a project"
    if re.search(r"/(?:issues|pull|pulls|merge_requests|discussions)/\d+", url):
        return "a discussion, not code"
    return ""


_CITED = "cited without words that make it the paper's own"


def _unknown(urls: Iterable[str], certain: Sequence[str]) -> Iterable[str]:
    """Yield the addresses that are no cut or overlong version of an annotated one."""
    keys = [_key(u) for u in certain]
    for url in urls:
        key = _key(url)
        if not any(key.startswith(k) or k.startswith(key) for k in keys if k):
            yield url


def _annotated(sheet: Sheet) -> Iterable[str]:
    for link in sheet.page.links:
        if re.match(r"https?://[^\s/]+", link.url, re.I):
            yield _trimmed(link.url)


def _written(sheet: Sheet) -> Iterable[str]:
    """Yield addresses in the text, joined over line ends where the rest looks like an address."""
    for index, row in enumerate(sheet.rows):
        for match in (*_URL.finditer(row.text), *_BARE.finditer(row.text)):
            url = match.group()
            if match.end() >= len(row.text.rstrip()):
                url = _continued(url, sheet, index)
            url = url if "://" in url else f"https://{url}"
            trimmed = _trimmed(url)
            if len(trimmed) > 11 and "." in urlsplit(trimmed).netloc:
                yield trimmed


def _continued(url: str, sheet: Sheet, index: int) -> str:
    below = _next_row(sheet, index)
    if below is None:
        return url
    first = next((s for s in below.line.spans if s.text.strip()), None)
    if first is None or first.size < below.size - 0.8:  # a footnote's mark
        return url
    token = below.text.split()[0]
    open_end = url[-1] in "/-_=.?&" or url.count("/") < 3
    addressed = re.fullmatch(r"[\w./~%?&=#+-]+[.,;)]?", token) is not None
    marked = any(c in token for c in "/_-=%") or any(c.isdigit() for c in token)
    return url + token if addressed and (open_end or (marked and not token[0].isupper())) else url


def _next_row(sheet: Sheet, index: int) -> Row | None:
    row = sheet.rows[index]
    for other in sheet.rows[index + 1 : index + 3]:
        if other.column == row.column and 0 < other.box[3] - row.box[3] < 2 * row.size:
            return other
    return None


def _trimmed(url: str) -> str:
    url = url.strip().rstrip(".,;:!?'\"*†‡")
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(".,;")
    return url


def _key(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|[/#]+$", "", url.lower())


def _cut(short: str, long: str) -> bool:
    """Return whether one address is the other one cut at a line end, or the same."""
    return long == short or (long.startswith(short) and "/" in short and short[-1] in "-_./")


def kind_of(url: str) -> str:
    """Return what an address leads to: code, project, data, video, paper or other."""
    parts = urlsplit(url)
    host, path = parts.netloc.lower(), parts.path.lower()
    if any(h in host for h in _VIDEO):
        return "video"
    if any(h in host for h in _DATA) or (host.endswith("huggingface.co") and "/datasets/" in path):
        return "data"
    if any(h in host for h in _CODE) or host.endswith("huggingface.co"):
        return "code"
    if any(host.endswith(h) for h in _PAPER):
        return "paper"
    return (
        "project" if host.endswith((".github.io", ".gitlab.io")) or "project" in path else "other"
    )


def _link(url: str, page: int, paragraphs: Sequence[Paragraph]) -> Link:
    kind = kind_of(url)
    own, reason = _own(url, kind, page, paragraphs)
    return Link(url, kind, page, own, reason)


def _own(url: str, kind: str, page: int, paragraphs: Sequence[Paragraph]) -> tuple[bool, str]:
    if refused := _no_place(url, kind):
        return False, refused
    home = [p for p in paragraphs if p.page in {page, page - 1} and _mentions(p.text, url)]
    if home and all(p.role == "references" for p in home):
        return False, "stands in the references"
    for paragraph in home:
        sentence = _sentence(paragraph.text, url)
        cue = _OURS.search(sentence)
        if cue is not None:
            return True, f"the text says: {' '.join(cue.group().split())[:80]}"
    if page == 1:
        return True, "stands on the first page"
    return False, _CITED


def _mentions(text: str, url: str) -> bool:
    return _squeezed(url)[:28] in _squeezed(text)


def _squeezed(text: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|\s+", "", text.lower())


def _sentence(text: str, url: str) -> str:
    """Return up to 160 characters before the address and 60 after it."""
    host = urlsplit(url).netloc
    at = max(text.lower().find(host.lower()), 0)
    return text[max(0, at - 160) : at + 60]
