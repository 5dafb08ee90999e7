from odoo import http
from odoo.http import content_disposition, request

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class VendorFinancingSheets(http.Controller):
    """Sheets of contracts, made when they are asked for and stored nowhere."""

    @http.route(
        "/vendor_financing/contract/<int:contract_id>/<string:kind>.<string:extension>",
        type="http",
        auth="user",
        readonly=True,
    )
    def download_sheet(self, contract_id, kind, extension):
        contract = request.env["vendor.financing.contract"].browse(contract_id).exists()
        sheet = contract and contract._make_sheet(kind, extension)
        if not sheet:
            raise request.not_found()
        name, content = sheet
        return request.make_response(
            content,
            headers=[
                ("Content-Type", TYPES[extension]),
                ("Content-Disposition", content_disposition(name)),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
