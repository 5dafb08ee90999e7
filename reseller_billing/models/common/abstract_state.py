from odoo import models
from odoo.exceptions import UserError


class ResellerBillingAbstractState(models.AbstractModel):
    """A record whose `state` changes by a table of transitions, through one method."""

    _name = "reseller.billing.abstract.state"
    _description = "State Moved by a Table"

    # For each state, the states that it may follow. A transition that is not listed is refused.
    _transitions = {}

    def _move_to(self, state, **values):
        """Change the state, and write values with it; the only method that writes the state.

        Repeating a state is allowed and only writes the values.

        :raise UserError: naming the record, its state and the refused one
        :raise AccessError: if the user may not write the records
        """
        self._check_transition(state)
        self.check_access("write")
        self.sudo().write({"state": state, **values})

    def _check_transition(self, state):
        """Refuse a state that may not follow that of one of these records.

        :raise UserError: naming the record, its state and the refused one
        """
        for record in self:
            if record.state != state and record.state not in record._get_sources(state):
                raise UserError(
                    self.env._(
                        "%(record)s is %(old)s and cannot become %(new)s.",
                        record=record.display_name,
                        old=record._state_label(),
                        new=record._state_label(state),
                    )
                )

    def _get_sources(self, state):
        """Return the states that a state of this record may follow."""
        return self._transitions.get(state, set())

    def _state_label(self, state=None):
        """Return the label of a state; of this record's own if none is given."""
        return self._selection_label("state", state)

    def _selection_label(self, name, value=None):
        labels = dict(self._fields[name]._description_selection(self.env))
        return labels.get(value or self[name], "")
