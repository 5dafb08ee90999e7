from . import abstract_guard, abstract_outbox, abstract_state, ir_attachment
