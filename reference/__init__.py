"""What every operation computes, as PyTorch modules: the executable specification.

One file an operation, one public class a file. The class's docstring is the specification, its `__init__` the
operation's config, `forward(*inputs)` takes every input by position, None where one is omitted. "Raises" says
what a kernel must refuse with that exception; here PyTorch refuses it, with whatever exception it has.
A module here writes to no argument, draws no random number in `forward` and returns no memory it was given.
"""
