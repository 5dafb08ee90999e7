from . import account_move_reversal, bonus, post_sale_guide, post_sale_outcome
