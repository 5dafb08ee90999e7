from . import abstract_outbox, abstract_state
