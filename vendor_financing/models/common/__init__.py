from . import abstract_guard, abstract_state
