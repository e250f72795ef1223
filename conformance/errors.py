"""The two ways in which torchstone itself stops: the command was wrong, or the judge is."""


class UsageError(Exception):
    """The command, an argument or a file is wrong: one clear line, exit status 2."""


class JudgeError(Exception):
    """The judge's own fault, never charged to a backend: exit status 3."""
