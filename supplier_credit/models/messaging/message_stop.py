import logging
import threading

from odoo import SUPERUSER_ID, api, fields, models
from odoo.modules.registry import Registry
from odoo.service.server import CommonServer

from ..common.moment import get_now

_logger = logging.getLogger(__name__)

# {database: ids of the messages that this process has claimed and not ended}
_claimed: dict[str, set[int]] = {}
_claimed_lock = threading.Lock()
# Set once this process is being stopped: its crons and requests run on for a moment.
_stopping = threading.Event()


class SupplierCreditMessage(models.Model):
    """What a process gives back when it is stopped: its claims, so that nobody waits for it.

    The next process asks Supplier by the key first, as after any outcome that is unknown.
    """

    _inherit = "supplier.credit.message"

    @api.model
    def _is_stopping(self):
        """Return whether this process is being stopped, so that it may claim nothing more."""
        return _stopping.is_set()

    @api.model
    def _note_claimed(self, message_ids):
        """Note that this process sends these messages.

        :return: whether it may send them; False if it was stopped meanwhile: they are given back
        """
        with _claimed_lock:
            if not self._is_stopping():
                _claimed.setdefault(self.env.cr.dbname, set()).update(message_ids)
                return True
        self._in_own_transaction(lambda model: model._give_back(message_ids))
        return False

    @api.model
    def _note_ended(self, message_ids):
        """Note that this process has done with these messages."""
        with _claimed_lock:
            _claimed.get(self.env.cr.dbname, set()).difference_update(message_ids)

    @api.model
    def _give_back(self, message_ids):
        """End the lease of those of these messages that are still being sent."""
        messages = self.browse(message_ids).try_lock_for_update()
        under_way = messages.filtered(lambda message: message.state == "sending")
        # Leases end when they are over, not in their last second.
        under_way.lease_until = fields.Datetime.subtract(get_now(self.env), seconds=1)
        under_way._trigger_delivery()


def give_claims_back():
    """Give back what this process has claimed in each database; called when the server stops.

    From then on it claims nothing: what was given back is for the process that comes after it.
    """
    with _claimed_lock:
        _stopping.set()
        claimed = {name: set(ids) for name, ids in _claimed.items() if ids}
    for name, message_ids in claimed.items():
        with Registry(name).cursor() as cr:
            messages = api.Environment(cr, SUPERUSER_ID, {})["supplier.credit.message"]
            messages._give_back(message_ids)
        _logger.info("%s: gave %s messages back", name, len(message_ids))


CommonServer.on_stop(give_claims_back)
