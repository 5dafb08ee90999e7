from . import abstract_guard, abstract_state, ir_attachment
