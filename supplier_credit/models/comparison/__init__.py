from . import agreement_access, agreement_comparison, agreement_turns, finding, finding_takeover
