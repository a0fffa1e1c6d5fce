"""Safety: whatever the file is, a clear error or an honest reading, and no process left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import warnings
import zlib
from pathlib import Path

import pymupdf
import pytest

from paperkit.errors import ReadError
from paperkit.reading import Limits, page_crop, read_here, read_pdf
from tests.reading_samples import LEFT, Paper, body


def _raw(objects: list[bytes]) -> bytes:
    """Return a PDF file of these objects, the first one its catalog."""
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % p for p in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + head + table + tail % (len(objects) + 1, len(out))


def _bomb() -> bytes:
    """Return a small file whose page unpacks to gigabytes."""
    once = zlib.compressobj(9)
    packed = b"".join(once.compress(b" " * 10_000_000) for _ in range(20)) + once.flush()
    packed = zlib.compress(packed, 9)
    return _raw(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents[%s]>>" % (b"4 0 R " * 8),
            b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream"
            % (len(packed), packed),
        ]
    )


def _paper(path, pages=1):
    paper = Paper()
    for number in range(pages):
        if number:
            paper.next_page()
        body(paper, 72 + number % 7, LEFT)
    return paper.save(path / "paper.pdf")


def _error(path, limits=None) -> str:
    with pytest.raises(ReadError) as caught:
        read_here(path, limits=limits)
    return str(caught.value)


def test_a_password_is_named(tmp_path):
    """An encrypted file says that it is one."""
    paper = Paper()
    body(paper)
    options = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "user_pw": "u", "owner_pw": "o"}
    path = paper.save(tmp_path / "locked.pdf", **options)
    assert _error(path) == "locked.pdf: encrypted with a password; store a copy without one"


def test_a_file_that_only_its_owner_locked_is_read(tmp_path):
    """Rights that forbid printing do not hide the text."""
    paper = Paper()
    body(paper)
    options = {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "owner_pw": "o"}
    assert "sparse code" in read_here(paper.save(tmp_path / "owner.pdf", **options)).text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "x.pdf: not a PDF (no %PDF header); download it again"),
        (b"<html>Rate exceeded.</html>", "x.pdf: not a PDF (no %PDF header); download it again"),
        (b"%PDF-1.5\n1 0 obj", "x.pdf: not a readable PDF (damaged or cut off); download it again"),
        (
            _raw([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]),
            "x.pdf: has no pages; download it again",
        ),
    ],
)
def test_what_is_no_paper_is_refused(tmp_path, content, message):
    """Nothing, an error page, a stump and a file without pages each say what they are."""
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    assert _error(path) == message


def test_a_file_over_the_limit_is_refused(tmp_path):
    """The size is checked before anything is parsed."""
    path = _paper(tmp_path)
    size = path.stat().st_size
    expected = (
        f"paper.pdf: {size} bytes are over the limit of 99; pass Limits(bytes=...) to allow it"
    )
    assert _error(path, Limits(bytes=99)) == expected


def test_a_broken_index_is_repaired(tmp_path):
    """A wrong cross-reference table costs nothing."""
    path = _paper(tmp_path)
    path.write_bytes(path.read_bytes().replace(b" 00000 n", b" 99999 n"))
    assert "sparse code" in read_here(path).text


def test_pages_over_the_limit_are_named(tmp_path):
    """The first pages are read and the reading says how many there are."""
    reading = read_here(_paper(tmp_path, pages=12), limits=Limits(pages=2))
    assert (reading.page_count, len(reading.page_sizes)) == (12, 2)
    assert reading.warnings == (
        "only the first 2 of 12 pages were read; pass Limits(pages=...) to read more",
    )


def test_a_giant_page_is_read_but_not_drawn(tmp_path):
    """A page of 25 square meters gives its text and says that figures are missing."""
    document = pymupdf.open()
    document.new_page(width=14400, height=14400).insert_text((720, 7200), "Some giant words here")
    document.save(tmp_path / "giant.pdf")
    reading = read_here(tmp_path / "giant.pdf")
    assert reading.text == "Some giant words here"
    assert reading.warnings == ("page 1 could not be drawn: its figures are missing",)


def test_images_only_says_that_there_is_no_text(tmp_path):
    """A scan without recognition is no empty paper."""
    document = pymupdf.open()
    page = document.new_page()
    pixels = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 9, 9))
    pixels.set_rect(pixels.irect, (99,))
    page.insert_image(page.rect, pixmap=pixels)
    document.save(tmp_path / "image.pdf")
    assert read_here(tmp_path / "image.pdf").warnings == (
        "no text: the pages are images only; run text recognition on the file",
    )


def test_a_decompression_bomb_ends_in_time_and_leaves_no_process(tmp_path):
    """A file that unpacks without end is given up at the limit, its process gone."""
    path = tmp_path / "bomb.pdf"
    path.write_bytes(_bomb())
    start = time.monotonic()
    with pytest.raises(ReadError, match=r"^bomb\.pdf: .*pass Limits\(|^bomb\.pdf: .*again$"):
        read_pdf(path, limits=Limits(seconds=2, megabytes=700))
    assert time.monotonic() - start < 15
    assert _workers() == []


def _workers() -> list[str]:
    """Return the worker processes that are children of this one."""
    out = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line for line in out.stdout.splitlines() if "paperkit.reading.worker" in line]


def test_a_pdf_is_read_in_another_process(tmp_path):
    """`read_pdf` gives what `read_here` gives, without PyMuPDF in the caller's process."""
    path = _paper(tmp_path)
    code = (
        "import sys\nfrom paperkit.reading import read_pdf\n"
        f"print(read_pdf({str(path)!r}).text == open({str(tmp_path / 'text')!r}).read(), "
        "'pymupdf' in sys.modules)"
    )
    (tmp_path / "text").write_text(read_here(path).text)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_an_error_of_the_worker_is_an_error_here(tmp_path):
    """What the other process finds wrong is raised as it is."""
    with pytest.raises(ReadError, match=r"^gone\.pdf: no such file; download it first$"):
        read_pdf(tmp_path / "gone.pdf")


def test_a_page_is_shown_with_its_passages_marked(tmp_path):
    """The crop is a PNG of the box, yellow where a passage is marked, and says where that is."""
    path = _paper(tmp_path)
    image = page_crop(path, 1, (50, 70, 300, 200), marks=[(50, 70, 300, 90)], dpi=72)
    pixels = pymupdf.Pixmap(image.png)
    assert (pixels.width, pixels.height) == (250, 130)
    assert (image.box, image.marks) == ((50, 70, 300, 200), ((50, 70, 300, 90),))
    assert image.marked == pytest.approx((0, 0, 1, 20 / 130))
    assert (pixels.pixel(248, 5), pixels.pixel(248, 60)) == ((255, 237, 114), (255, 255, 255))


def test_a_page_that_is_not_there_is_named(tmp_path):
    """Asking for page 5 of one page says how many there are."""
    with pytest.raises(ReadError, match=r"^paper\.pdf: has 1 pages, not 5; ask for one of those$"):
        page_crop(_paper(tmp_path), 5)


def test_five_thousand_pages_are_read_as_far_as_allowed(tmp_path):
    """A catalog of parts does not keep the notebook waiting."""
    shown = b"BT /F1 12 Tf 72 700 Td (The first of many pages) Tj ET"
    more = [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"] * 4999
    first = more[0][:-2] + b"/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    kids = b" ".join(b"%d 0 R" % n for n in (3, *range(6, 5005)))
    head = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count 5000>>" % kids,
        first,
        b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    (tmp_path / "parts.pdf").write_bytes(_raw([*head, *more]))
    reading = read_pdf(tmp_path / "parts.pdf", limits=Limits(pages=20, seconds=60))
    assert (reading.page_count, len(reading.page_sizes)) == (5000, 20)
    assert reading.text == "The first of many pages"
    assert reading.warnings == (
        "only the first 20 of 5000 pages were read; pass Limits(pages=...) to read more",
    )


def test_what_needs_too_much_memory_is_refused(tmp_path):
    """The limit ends that process, not this one, and the error names it."""
    with pytest.raises(ReadError, match=r"^paper\.pdf: .*MB.*pass Limits\(megabytes="):
        read_pdf(_paper(tmp_path), limits=Limits(megabytes=60))
    assert _workers() == []


def _armed(folder: Path) -> Path:
    """Return a paper with a script, an attachment, a launch action and streams kept elsewhere."""
    secret = folder / "secret.txt"
    secret.write_text("BT /F1 12 Tf 72 300 Td (stolen words) Tj ET")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    shown = b"BT /F1 12 Tf 72 700 Td (Plain words of the paper) Tj ET"
    script = b"<</S/JavaScript/JS(app.launchURL\\('http://127.0.0.1:9/'\\))/Next 7 0 R>>"
    place = str(secret).encode()
    path = folder / "armed.pdf"
    path.write_bytes(
        _raw(
            [
                b"<</Type/Catalog/Pages 2 0 R/OpenAction 6 0 R/Names<</EmbeddedFiles"
                b"<</Names[(run.sh)8 0 R]>>>>>>",
                b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents[4 0 R 10 0 R]"
                b"/Resources<</Font<</F1 5 0 R>>>>/AA<</O 6 0 R>>>>",
                b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown),
                font,
                script,
                b"<</S/Launch/F(/bin/touch)/Win<</F(touch)/P(%s.ran)>>>>" % place,
                b"<</Type/Filespec/F(run.sh)/EF<</F 9 0 R>>>>",
                b"<</Length 15/Type/EmbeddedFile>>stream\nattached words \nendstream",
                b"<</Length 0/F(%s)>>stream\n\nendstream" % place,
            ]
        )
    )
    return path


def test_scripts_attachments_and_references_are_never_touched(tmp_path, monkeypatch):
    """Only what stands on the page is read: nothing runs, nothing is fetched or unpacked."""
    path = _armed(tmp_path)
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(socket, "socket", None)
    figures = tmp_path / "figures"
    assert read_here(path, figures_dir=figures).text == "Plain words of the paper"
    assert sorted(tmp_path.iterdir()) == before


_CONFINED = """
import os, socket, subprocess, sys, threading
from pathlib import Path
from paperkit.reading.sandbox import confine

pdf, other = Path(sys.argv[1]), Path(sys.argv[2])
assert confine(pdf) == []
for name, act in {
    "network": lambda: socket.socket(),
    "program": lambda: subprocess.run(["true"]),
    "process": os.fork,
    "new file": lambda: (other.parent / "made").write_text("x"),
    "longer file": lambda: other.open("a"),
    "shorter file": lambda: os.truncate(other, 0),
    "gone file": other.unlink,
    "another file": other.read_text,
    "the PDF written": lambda: pdf.open("r+b"),
    "environment": Path(f"/proc/{os.getppid()}/environ").read_bytes,
    "memory": lambda: open(f"/proc/{os.getppid()}/mem", "rb").read(1),
    "signal": lambda: os.kill(os.getppid(), 0),
}.items():
    try:
        act()
    except PermissionError:
        continue
    print("open:", name)
threading.Thread(target=lambda: print("read:", pdf.read_bytes()[:5])).start()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux holds it")
def test_the_reader_can_do_nothing_but_read_its_pdf(tmp_path):
    """No network, program, process or file of others, no writing, no keys of the caller."""
    other = tmp_path / "keys.txt"
    other.write_text("secret")
    command = [sys.executable, "-c", _CONFINED, str(_paper(tmp_path)), str(other)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("read: b'%PDF-'\n", "")
    assert other.read_text() == "secret"


def test_figures_are_written_by_the_caller(tmp_path):
    """The worker sends them; what is written is what reading in this process writes."""
    paper = Paper()
    end = body(paper, 72, LEFT, 120)
    paper.plot((60, end + 10, 280, end + 130))
    paper.paragraph("Figure 1: A curve.", end + 136, LEFT)
    path = paper.save(tmp_path / "paper.pdf")
    reading = read_pdf(path, figures_dir=tmp_path / "one")
    assert reading == read_here(path, figures_dir=tmp_path / "two")
    names = [f.file for f in reading.figures]
    assert [p.name for p in (tmp_path / "one").iterdir()] == names
    one, two = ((tmp_path / folder / names[0]).read_bytes() for folder in ("one", "two"))
    assert one == two


def test_what_a_machine_does_not_hold_is_said_once(tmp_path, monkeypatch):
    """Reading goes on where the kernel can't shut the worker off; one warning names what."""
    told = {"free": ["write files"], "result": {"png": "", "box": [0, 0, 1, 1], "marks": []}}
    monkeypatch.setattr("paperkit.reading.worker._answer", lambda *_: told)
    monkeypatch.setattr("paperkit.reading.worker._told", set())
    path = _paper(tmp_path)
    with pytest.warns(UserWarning, match=r"these: write files; read only PDFs you trust"):
        page_crop(path, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page_crop(path, 1)


def test_a_name_that_leaves_the_folder_is_refused(tmp_path, monkeypatch):
    """Whatever took over the worker can't choose where an image is written."""
    reading = read_here(_paper(tmp_path)).to_dict()
    told = {"result": {"reading": reading, "images": {"../x.png": ""}}}
    monkeypatch.setattr("paperkit.reading.worker._answer", lambda *_: told)
    with pytest.raises(ReadError, match=r"^'\.\./x\.png': not the name of a figure"):
        read_pdf(tmp_path / "paper.pdf", figures_dir=tmp_path / "figures")
    assert not (tmp_path / "x.png").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_its_caller(tmp_path, how):
    """Killed or interrupted in the middle of a file, the caller takes its worker along."""
    path = tmp_path / "bomb.pdf"
    path.write_bytes(_bomb())
    code = f"""from paperkit.reading import Limits, read_pdf
print("begun", flush=True)
read_pdf({str(path)!r}, limits=Limits(seconds=100, megabytes=8000))"""
    command = [sys.executable, "-c", code]
    caller = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert caller.stdout.readline() == b"begun\n"
    worker = _until(lambda: _children(caller.pid))[0]
    _until(lambda: _seconds(worker) > 1)  # of computing: it parses by now
    caller.send_signal(how)
    caller.wait(20)
    caller.stdout.close()
    assert _until(lambda: not _alive(worker))


def _until(condition, seconds=30):
    """Return the condition's value once it is true."""
    end = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < end:
        signal.sigtimedwait([], 0.02)
    return value


def _children(parent: int) -> list[int]:
    out = subprocess.run(
        ["ps", "--ppid", str(parent), "-o", "pid="], capture_output=True, text=True
    )
    return [int(pid) for pid in out.stdout.split()]


def _status(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _alive(pid: int) -> bool:
    return _status(pid)[:1] not in ([], ["Z"])


def _seconds(pid: int) -> float:
    fields = _status(pid)
    return int(fields[11]) / os.sysconf("SC_CLK_TCK") if fields else 0.0
