"""IDX files, in which MNIST and Fashion-MNIST are published: a header, then bytes; plain or compressed by gzip.

    bytes 0, 1   zero
    byte 2       the type of the elements: 8, unsigned bytes
    byte 3       the number of dimensions
    then         each dimension, four bytes, the most significant first
    then         the elements, the last dimension's index fastest

Source: http://yann.lecun.com/exdb/mnist/, section "the IDX file format".
"""

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from .errors import UsageError
from .tree import Array

UNSIGNED_BYTES = 8
"""The type of MNIST's elements; there are five others, which no image file has."""

LARGEST = 2**31
"""Elements of a file that is still read: a damaged header must not ask for all memory."""


def read_idx(file: Path, dimensions: int) -> Array:
    """The unsigned bytes of an IDX file, which must have so many dimensions.

    Raises UsageError where the file is missing, is no such file, or is damaged.
    """
    try:
        with file.open("rb") as plain:
            if file.suffix != ".gz":
                return _read(plain, file, dimensions)
            with gzip.open(plain) as unpacked:
                return _read(cast(BinaryIO, unpacked), file, dimensions)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UsageError(f"{file} is damaged or no gzip file: {error}") from None
    except OSError as error:
        raise UsageError(f"{file}: not read: {error.strerror or error}") from None


def _read(stream: BinaryIO, file: Path, dimensions: int) -> Array:
    magic = stream.read(4)
    expected = bytes((0, 0, UNSIGNED_BYTES, dimensions))
    if magic != expected:
        raise UsageError(
            f"{file} begins with the bytes '{magic.hex(' ')}', expected '{expected.hex(' ')}': "
            f"unsigned bytes in {dimensions} dimensions"
        )
    header = stream.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise UsageError(f"{file} is damaged: it ends within its header")
    shape = tuple(int(size) for size in np.frombuffer(header, ">u4"))
    count = math.prod(shape)
    if count > LARGEST:
        raise UsageError(f"{file} is damaged: its header says {shape}, more than {LARGEST} elements")
    # One byte more than there should be, to see whether there is one.
    content = stream.read(count + 1)
    if len(content) != count:
        found = "more" if len(content) > count else f"{len(content)}"
        raise UsageError(f"{file} is damaged: its header says {shape}, {count} bytes, and it has {found}")
    return np.frombuffer(content, np.uint8).reshape(shape)
