from . import abstract_state
