"""The sandbox: what the process that reads a PDF may not do, held by the kernel; Linux only.

Landlock (https://docs.kernel.org/userspace-api/landlock.html) opens the Python installation and
the one PDF for reading, nothing else; seccomp refuses sockets, programs, processes and every way
to write a file. Where the kernel has no Landlock a user namespace keeps other processes' memory
and environment out of reach. None of it needs root, none can be undone by the process itself.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

NETWORK, WRITING, PROGRAMS, FILES = (
    "open network connections",
    "write files",
    "start programs",
    "read other files and other processes' environment",
)

_NO_NEW_PRIVS = 38
_CLONE_THREAD = 0x10000
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000


def confine(pdf: Path) -> list[str]:
    """Shut this process off but for reading one PDF; return what it still may do.

    To be called before any thread starts. Anything but Linux is left as it is.
    """
    if not sys.platform.startswith("linux"):
        return [NETWORK, WRITING, PROGRAMS, FILES]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    rules = _filter()  # its library is looked for by a program that couldn't start later
    landlocked = _landlock(libc, _readable(pdf))
    alone = not landlocked and libc.unshare(_NEW_USER | _NEW_NET) == 0
    filtered = _loaded(rules)
    held = {
        NETWORK: filtered or alone,
        WRITING: filtered or landlocked,
        PROGRAMS: filtered or landlocked,
        FILES: landlocked,
    }
    return [what for what, so in held.items() if not so]


def _readable(pdf: Path) -> Iterator[Path]:
    """Yield what the reader must be able to open: Python, its packages, libraries, the PDF."""
    yield pdf
    yield from (Path(p) for p in ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/urandom"))
    homes = {Path(p).resolve() for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    yield from homes
    yield Path(__file__).resolve().parents[1]
    for entry in map(Path, sys.path):  # packages kept elsewhere, not the folders of projects
        if entry.name in {"site-packages", "dist-packages"}:
            yield entry


# ---- Landlock

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# What each version of Landlock can refuse: access to files, TCP, abstract sockets and signals.
_HANDLED_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_HANDLED_NET = 3
_SCOPED = 3


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def _landlock(libc: ctypes.CDLL, readable: Iterable[Path]) -> bool:
    """Let nothing of the file system be opened but these, for reading; return whether it holds."""
    version = libc.syscall(_CREATE, None, 0, 1)
    if version < 1:
        return False
    handled = _HANDLED_FILES[max(v for v in _HANDLED_FILES if v <= version)]
    rules = _Ruleset(handled, _HANDLED_NET if version >= 4 else 0, _SCOPED if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.syscall(_CREATE, ctypes.byref(rules), size, 0)
    if ruleset < 0:
        return False
    for path in readable:
        _allow(libc, ruleset, path)
    held = bool(libc.syscall(_RESTRICT, ruleset, 0) == 0)
    os.close(ruleset)
    return held


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path) -> None:
    with suppress(OSError):  # what isn't there needs no rule
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        allowed = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
        rule = _Beneath(allowed, place)
        libc.syscall(_ADD, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
        os.close(place)


# ---- seccomp

_REFUSED = (
    *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto"),
    *("execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev"),
    *("kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "pidfd_getfd"),
    *("creat", "truncate", "ftruncate", "fallocate", "unlink", "unlinkat", "rmdir", "mkdir"),
    *("mkdirat", "mknod", "mknodat", "rename", "renameat", "renameat2", "link", "linkat"),
    *("symlink", "symlinkat", "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown"),
    *("fchownat", "utimensat", "utimes", "setxattr", "lsetxattr", "fsetxattr", "removexattr"),
    *("mount", "umount2", "chroot", "pivot_root", "setns", "unshare", "bpf", "keyctl", "add_key"),
    *("request_key", "perf_event_open", "userfaultfd", "io_uring_setup", "memfd_create"),
    *("open_by_handle_at", "name_to_handle_at", "open_tree", "move_mount", "fsopen", "reboot"),
)
_WRITING = (
    *((os.O_ACCMODE, mode) for mode in (os.O_WRONLY, os.O_RDWR)),
    *((flag, flag) for flag in (os.O_CREAT, os.O_TRUNC)),
)
"""Masks and values of the flags that open a file for writing, make or cut one."""


def _filter() -> Any:
    """Return the calls to refuse: what reaches out, starts or writes something; None without."""
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError, OSError):
        return None
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    no, unknown = seccomp.ERRNO(errno.EPERM), seccomp.ERRNO(errno.ENOSYS)
    refused: list[tuple[Any, str, tuple[Any, ...]]] = [(no, name, ()) for name in _REFUSED]
    # The flags of these can't be looked at; the C library falls back to calls whose can.
    refused += [(unknown, name, ()) for name in ("clone3", "openat2")]
    refused += [(no, "clone", (seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD, 0),))]
    refused += [(no, "tgkill", (seccomp.Arg(0, seccomp.NE, os.getpid()),))]
    for name, at in (("open", 1), ("openat", 2)):
        for mask, flags in _WRITING:
            refused += [(no, name, (seccomp.Arg(at, seccomp.MASKED_EQ, mask, flags),))]
    for how, name, arguments in refused:
        with suppress(OSError, ValueError):  # not every machine has every call
            rules.add_rule(how, name, *arguments)
    return rules


def _loaded(rules: Any) -> bool:
    """Put the filter in force; return whether that worked."""
    try:
        rules.load()
    except (AttributeError, OSError, RuntimeError):
        return False
    return True
