import base64
from dataclasses import asdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import email_normalize

from ...models.common.job_item import CHUNK
from ...models.panel.res_partner_matching import ClientConflict
from ...tools import tax_id
from ...tools.client_file import MAX_ROWS, UnreadableFile, read_clients
from ...tools.panel.data import Client

MEGABYTE = 1024 * 1024
# Ten thousand clients with all their data are a tenth of it.
LARGEST_FILE = 20 * MEGABYTE


class ResellerBillingClientImport(models.TransientModel):
    """Import of clients from a CSV, XLSX or ODS file; the same file twice changes nothing."""

    _name = "reseller.billing.client.import"
    _description = "Import of Clients"
    _inherit = "reseller.billing.abstract.guard"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    file = fields.Binary(
        string="CSV, XLSX or ODS File",
        attachment=False,
        help="With the headings nome, cpfCnpj, email, telefone, celular, cep, logradouro, numero, "
        "complemento, bairro, cidade, uf; their order does not matter.",
    )
    filename = fields.Char()
    state = fields.Selection(
        selection=[("file", "File"), ("preview", "Preview"), ("done", "Done")],
        required=True,
        default="file",
    )
    line_ids = fields.One2many(
        comodel_name="reseller.billing.client.import.line", inverse_name="import_id"
    )
    summary = fields.Char(readonly=True)

    # -------------------------------------------------------------------------
    # CONSTRAINT METHODS
    # -------------------------------------------------------------------------

    @api.constrains("file")
    def _check_file(self):
        """Refuse files that are too large to be a list of clients, before they are stored."""
        for wizard in self:
            wizard._get_content()

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_preview(self):
        """Show what the import would do with each client; changes none.

        :raise UserError: if the file is no list of clients
        """
        self.ensure_one()
        self.check_access("write")
        seen, values = {}, []
        for number, client in self._read_file():
            line = {"import_id": self.id, "number": number, "name": client.name}
            values.append({**line, **self._decide(client, seen, number)})
        self.line_ids.unlink()
        self.line_ids.create(values)
        self.state = "preview"
        self.summary = self._summarize()
        return self._get_records_action(name=self.env._("Import clients"), target="new")

    def action_import(self):
        """Create and update the clients; each is decided again, as others may have changed it.

        Of many, in the background.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "preview":
            raise UserError(self.env._("Open the preview of %s first.", self.filename or "CSV"))
        clients = dict(self._read_file())
        # The preview may be another file's.
        lines = self.line_ids.filtered(lambda line: line.number in clients)
        if len(lines) > CHUNK:
            return self._queue_import(lines, clients)._show()
        seen = {}
        for line in lines:
            try:
                with self.env.cr.savepoint():
                    line.write(self._import_client(clients[line.number], seen, line.number))
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except UserError as error:
                # A client that a rule of another addon refuses does not stop the others.
                line.write({"decision": "refuse", "reason": str(error)})
        self.state = "done"
        self.summary = self._summarize()
        return self._get_records_action(name=self.env._("Import clients"), target="new")

    # -------------------------------------------------------------------------
    # BUSINESS METHODS
    # -------------------------------------------------------------------------

    def _get_content(self):
        """Return the file as bytes.

        :raise ValidationError: if it is too large, or no file
        """
        # A client may ask for the size instead of the content.
        encoded = self.with_context(bin_size=False).file
        problem = None
        if not encoded:
            problem = self.env._("No file was chosen. Choose the list of clients.")
        elif len(encoded) > LARGEST_FILE * 4 / 3:
            problem = self.env._(
                "%(file)s has more than %(limit)s MB. Split it.",
                file=self.filename or "CSV",
                limit=LARGEST_FILE // MEGABYTE,
            )
        else:
            try:
                return base64.b64decode(encoded)
            except ValueError:
                problem = self.env._("%s is no file.", self.filename or "CSV")
        raise ValidationError(problem)

    def _read_file(self):
        """Return the clients of the file with the numbers of their lines.

        :raise UserError: naming the file and what is wrong with it
        """
        try:
            return read_clients(self._get_content())
        except UnreadableFile as error:
            reasons = {
                "empty": self.env._("It is empty, or none of CSV, XLSX and ODS."),
                "name": self.env._("It has no column with the heading nome in its first line."),
                "rows": self.env._("It has more than %s clients. Split it.", MAX_ROWS),
            }
            raise UserError(
                self.env._(
                    "%(file)s cannot be imported. %(reason)s",
                    file=self.filename or "CSV",
                    reason=reasons[str(error)],
                )
            ) from None

    def _queue_import(self, lines, clients):
        """Return background work that imports the clients of these lines that the preview accepts.

        :param clients: {number of the line: Client}
        """
        self.env["res.partner"].check_access("create")
        items = [
            {"number": line.number, "name": line.name, "data": asdict(clients[line.number])}
            for line in lines
            if line.decision != "refuse"
        ]
        name = self.env._("Clients of %s", self.filename or "CSV")
        jobs = self.env["reseller.billing.job"]
        job = jobs._queue("clients", name, self.company_id, items)
        jobs._trigger("clients")
        return job

    def _import_client(self, client, seen, number):
        """Import a client by a new decision; return the decision as values of a line.

        :param seen: {CPF/CNPJ or e-mail: number of its line} of the lines before
        """
        values = self._decide(client, seen, number)
        client = self._complete(client)
        partner = self.env["res.partner"].browse(values.get("partner_id"))
        if values["decision"] == "create":
            partner = partner._create_billing_client(client, self.company_id)
            values["partner_id"] = partner.id
        elif partner:
            partner._merge_billing_client(client)
            if not partner.customer_rank:
                partner._increase_rank("customer_rank")
        return values

    def _decide(self, client, seen, number):
        """Return the decision about a client, and the reason.

        :param seen: {CPF/CNPJ or e-mail: number of its line} of the lines before
        """
        reason = self._check(client)
        key = tax_id.restore_zeros(tax_id.normalize(client.tax_id)) or email_normalize(client.email)
        if not reason and key in seen:
            reason = self.env._("Repeats line %s.", seen[key])
        if reason:
            return {"decision": "refuse", "reason": reason}
        seen[key] = number
        client = self._complete(client)
        try:
            partner = self.env["res.partner"]._find_billing_client(client, self.company_id)
        except ClientConflict as error:
            return {"decision": "refuse", "reason": str(error)}
        if not partner:
            return {"decision": "create"}
        changes = partner._get_billing_changes(client)
        labels = [partner._fields[name]._description_string(self.env) for name in changes]
        return {
            "decision": "update" if changes else "same",
            "reason": ", ".join(labels),
            "partner_id": partner.id,
        }

    def _check(self, client):
        """Return why a client is refused, or an empty text."""
        number = tax_id.restore_zeros(tax_id.normalize(client.tax_id))
        if not client.name:
            return self.env._("It has no name.")
        if number and not tax_id.is_valid(number):
            return self.env._("%s is no CPF or CNPJ.", client.tax_id)
        if client.email and not email_normalize(client.email):
            return self.env._("%s is no e-mail address.", client.email)
        if not number and not client.email:
            return self.env._(
                "It has neither CPF/CNPJ nor e-mail, so that it could not be recognised again."
            )
        return ""

    def _complete(self, client):
        """Return a client with the zeros that a spreadsheet dropped from its CPF/CNPJ."""
        number = tax_id.normalize(client.tax_id)
        restored = tax_id.restore_zeros(number)
        if restored == number:
            return client
        return Client(**{**client.__dict__, "tax_id": restored})

    def _summarize(self):
        counts = {key: 0 for key, _label in self.line_ids._fields["decision"].selection}
        for line in self.line_ids:
            counts[line.decision] += 1
        return self.env._(
            "%(create)s new, %(update)s changed, %(same)s unchanged, %(refuse)s refused", **counts
        )


class ResellerBillingClientImportLine(models.TransientModel):
    """A client of the file, with the decision about it."""

    _name = "reseller.billing.client.import.line"
    _description = "Client to Be Imported"
    _inherit = "reseller.billing.abstract.guard"
    _order = "number, id"

    import_id = fields.Many2one(
        comodel_name="reseller.billing.client.import", required=True, ondelete="cascade"
    )
    number = fields.Integer(string="Line", readonly=True)
    name = fields.Char(readonly=True)
    decision = fields.Selection(
        selection=[
            ("create", "New"),
            ("update", "Changed"),
            ("same", "Unchanged"),
            ("refuse", "Refused"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Char(string="Details", readonly=True)
    partner_id = fields.Many2one(comodel_name="res.partner", string="Client", readonly=True)
