"""Write the test vectors of tests/vectors/merkle and tests/vectors/receipts anew, or compare them byte for byte.

    python scripts/make_vectors.py           writes what changed and deletes what is made no more
    python scripts/make_vectors.py --check   names every file that differs, is missing or too many; exit code 1

The same commit makes the same bytes on every machine: keys, salts and signatures follow from names.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support import merkle_vectors, receipt_vectors


def main() -> int:
    """How many files differ, as an exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--folder", type=Path, default=merkle_vectors.FOLDER.parent, help="instead of tests/vectors")
    arguments = parser.parse_args()
    differing = [
        path
        for maker in (merkle_vectors, receipt_vectors)
        for path in bring(arguments.folder / maker.FOLDER.name, maker.files(), write=not arguments.check)
    ]
    for path in differing:
        print("differs" if arguments.check else "written", path)
    return 1 if differing and arguments.check else 0


def bring(folder: Path, files: dict[str, bytes], *, write: bool) -> list[Path]:
    """The paths in `folder` that are not as `files` say; brought to it when asked."""
    present = {path for path in folder.rglob("*") if path.is_file()}
    wanted = {folder / name: data for name, data in files.items()}
    differing = sorted(
        {path for path, data in wanted.items() if path not in present or path.read_bytes() != data}
        | (present - wanted.keys())
    )
    for path in differing if write else ():
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[path])
        else:
            path.unlink()
    return differing


if __name__ == "__main__":
    sys.exit(main())
