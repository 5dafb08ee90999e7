"""The till (pos_sale), where it is installed; its method calls none that another addon has."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from odoo.models import BaseModel

LOADING = "load_sale_order_from_pos"


def check_before_loading(orders: BaseModel, check: Callable[[BaseModel], None]) -> None:
    """Have a till's quotations checked before it loads them; called when a registry is ready.

    The till may be loaded after our addon, whose override it would not call: so its method is
    wrapped where all of them come together. Called again it changes nothing.

    :param orders: sale.order
    :param check: called with the orders that are loaded; its error is shown at the till
    """
    model_class = orders.env.registry[orders._name]
    load = getattr(model_class, LOADING, None)
    checks = getattr(load, "checks", ())
    if load is None or check in checks:
        return

    @functools.wraps(load)
    def checked(loaded: BaseModel, *args: Any, **kwargs: Any) -> Any:
        check(loaded)
        return load(loaded, *args, **kwargs)

    checked.checks = (*checks, check)
    setattr(model_class, LOADING, checked)
