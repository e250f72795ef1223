"""Options of what works element by element: dimensions and their length."""

from ._option import REGIME, Impossible, dimensions, extent, size

OPTIONS = (REGIME, dimensions(), size("longest dimension", extent))

IMPOSSIBLE = (
    Impossible(
        "dimensions=0",
        ("longest dimension=0", "longest dimension=several", "longest dimension=large"),
        "no dimension is one element",
    ),
    *(
        Impossible(f"dimensions={n}", ("longest dimension=large",), "what is large has two dimensions")
        for n in (3, 4, 5)
    ),
)
