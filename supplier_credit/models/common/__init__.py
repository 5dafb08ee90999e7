from . import abstract_state, abstract_subject, for_each
