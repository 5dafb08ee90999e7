from . import settlement_decision, settlement_file
