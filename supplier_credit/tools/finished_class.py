"""Puts a function around a method of another addon's model, which is no dependency.

A class of this addon that inherits the model could not: the other addon may be missing, or loaded
after this one, and then its method would be called first and not call ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def replace(model_class: type, name: str, replacement: Callable[..., Any]) -> None:
    """Put a function around a method of the finished class of a model, once, if it has it.

    :param model_class: of the registry, as `_register_hook` finds it
    :param replacement: called with the original method, the records, and the arguments
    """
    original = getattr(model_class, name, None)
    if original is None or hasattr(original, "supplier_origin"):
        return

    def method(self: Any, *args: Any, **options: Any) -> Any:
        return replacement(original, self, *args, **options)

    method.supplier_origin = original  # type: ignore[attr-defined]
    setattr(model_class, name, method)
