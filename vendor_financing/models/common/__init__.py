from . import abstract_guard, abstract_state, company_day, ir_attachment, res_users
