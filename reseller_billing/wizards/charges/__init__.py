from . import orphan_booking, refund
