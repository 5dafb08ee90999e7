from . import day, day_bank, day_note
