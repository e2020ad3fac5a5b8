"""What a person sees: results on stdout, progress and messages on stderr, colour and bars only on a terminal."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.settings import Settings, load

if TYPE_CHECKING:
    from rich.console import Console

PIPE_WIDTH: Final = 240

Json = Annotated[bool, typer.Option("--json", help="结果写成一个 JSON 对象。Print the result as one JSON object.")]
Yes = Annotated[bool, typer.Option("--yes", help="不再询问确认。Do not ask for confirmation.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        help="口令文件，首行为口令；不给则提示输入。Passphrase is the file's first line; prompted for when not given.",
    ),
]


@dataclass
class Session:
    """One run of the command line: the asked data folder and language, read when first needed."""

    home: Path | None = None
    asked_language: str | None = None

    @cached_property
    def settings(self) -> Settings:
        """The settings of this run."""
        return load(self.home, self.asked_language)

    @property
    def language(self) -> str:
        """`zh` or `en`."""
        return self.settings.language

    def say(self, zh: str, en: str) -> None:
        """A message to the person, on stderr."""
        err().print(zh if self.language == "zh" else en, highlight=False, soft_wrap=True)

    def pick(self, zh: str, en: str) -> str:
        """One of two texts, by language."""
        return zh if self.language == "zh" else en


def session(ctx: typer.Context) -> Session:
    """The run's session."""
    found = ctx.find_root().obj
    return found if isinstance(found, Session) else Session()


def out() -> Console:
    """Standard output; NO_COLOR and a pipe are obeyed."""
    from rich.console import Console

    # a pipe has no width: names at the end of a tree's lines must not be cut off
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def err() -> Console:
    """Standard error."""
    from rich.console import Console

    return Console(file=sys.stderr)


def write_json(value: object) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def write_bytes(data: bytes) -> None:
    """A result that is bytes already, on stdout."""
    sys.stdout.write(data.decode("utf-8"))


def write_line(text: str) -> None:
    """One line of a result on stdout, without markup."""
    sys.stdout.write(text + "\n")


def write_file(path: Path, data: bytes, *, secret: bool = False, replace: bool = False) -> None:
    """`data` under `path`, whole or not at all; a secret is readable by its owner only.

    Raises `InputError` FILE_EXISTS unless it may be replaced, FILE_NOT_WRITTEN when the folder refuses.
    """
    from ledger.errors import InputError

    if path.exists() and not replace:
        raise InputError("FILE_EXISTS", place=str(path))
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise InputError("FILE_NOT_WRITTEN", place=str(path), got=error.strerror or "") from error


def write_files(files: Sequence[tuple[Path, bytes]]) -> None:
    """Several files, all of them or none. Raises as `write_file`, also when two have one name."""
    from ledger.errors import InputError

    paths = [path.resolve() for path, _ in files]
    for number, path in enumerate(paths):
        if path.exists() or path in paths[:number]:
            raise InputError("FILE_EXISTS", place=str(files[number][0]))
    written: list[Path] = []
    try:
        for path, data in files:
            write_file(path, data)
            written.append(path)
    except InputError:
        for path in written:
            path.unlink()
        raise


def read_file(path: Path) -> bytes:
    """The bytes of a person's file. Raises `InputError` FILE_NOT_READ."""
    from ledger.errors import InputError

    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("FILE_NOT_READ", place=str(path), got=error.strerror or "") from error


def passphrase(ctx: typer.Context, file: Path | None, *, new: bool = False) -> str:
    """The passphrase: `file`'s first line, else a pipe's, else asked for without echo; never from the command line."""
    from ledger.errors import InputError

    if file is not None:
        first = read_file(file).decode("utf-8", "replace").splitlines()[:1]
        if not first or not first[0]:
            raise InputError("PASSPHRASE_EMPTY", place=str(file))
        return first[0]
    if not sys.stdin.isatty():
        piped = sys.stdin.readline().rstrip("\r\n")
        if not piped:
            raise InputError("PASSPHRASE_NO_TERMINAL")
        return piped
    words = session(ctx).pick("口令", "Passphrase")
    entered: Any = typer.prompt(words, hide_input=True, confirmation_prompt=new, err=True)
    return str(entered)


def confirm(ctx: typer.Context, zh: str, en: str, *, yes: bool) -> None:
    """Asks the person, on a terminal only. Raises `InputError` CONFIRMATION_NEEDED without one, or NOT_CONFIRMED."""
    from ledger.errors import InputError

    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("CONFIRMATION_NEEDED")
    if not typer.confirm(session(ctx).pick(zh, en), err=True):
        raise InputError("NOT_CONFIRMED")


class Advance:
    """Moves a progress bar; without one it does nothing."""

    def __init__(self, bar: Any = None, task: Any = None) -> None:
        self._bar = bar
        self._task = task

    def by(self, steps: int = 1) -> None:
        """Moves on by some steps."""
        if self._bar is not None:
            self._bar.advance(self._task, steps)

    def to(self, done: int, total: int) -> None:
        """Moves to `done` of `total`."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)


@contextmanager
def progress(ctx: typer.Context, zh: str, en: str, total: int | None = None) -> Iterator[Advance]:
    """A bar on a terminal's stderr; on anything else one line at the start and one at the end."""
    run = session(ctx)
    title = run.pick(zh, en)
    started = time.monotonic()
    if not sys.stderr.isatty():
        err().print(f"{title} …", markup=False, highlight=False)
        yield Advance()
        err().print(f"{title}: {time.monotonic() - started:.1f} s", markup=False, highlight=False)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err(), transient=True) as bar:
        yield Advance(bar, bar.add_task(title, total=total))
