"""Methods of addons that are no dependency, and may be loaded after ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def replace_method(model_class: type, name: str, replacement: Callable[..., Any]) -> None:
    """Put a function around a method of a model, where all its addons have come together.

    An addon that is loaded after ours calls no override of ours where it does not call super.
    Called by `_register_hook`, which may run again: a replacement is put once. Without the method,
    because its addon is not installed, nothing happens.

    :param model_class: the model's class in the registry
    :param replacement: a function of a file, called with the original method, the records and
        the arguments
    """
    original = getattr(model_class, name, None)
    if original is None or replacement in getattr(original, "replacements", ()):
        return

    def method(self: Any, *args: Any, **options: Any) -> Any:
        return replacement(original, self, *args, **options)

    method.replacements = (*getattr(original, "replacements", ()), replacement)
    method.__doc__ = original.__doc__
    setattr(model_class, name, method)
