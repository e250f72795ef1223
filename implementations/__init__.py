"""Backends: independent implementations of the operations; every folder here is one, loaded by name or path."""
