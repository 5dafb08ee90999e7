import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { registry } from "@web/core/registry";
import { formatDate, deserializeDate } from "@web/core/l10n/dates";
import { formatFloat } from "@web/core/utils/numbers";
import { parseFloat } from "@web/views/fields/parsers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

// Banks by bands, each cell with the bank's and the customer's rate. The server checks what is saved.
export class QuoteGrid extends Component {
    static template = "vendor_financing.QuoteGrid";
    static props = { ...standardFieldProps };

    setup() {
        this.notification = useService("notification");
    }

    get grid() {
        return this.props.record.data[this.props.name] || { bands: [], banks: [] };
    }

    format(rate) {
        return rate === null ? "" : formatFloat(rate, { digits: [16, 6], trailingZeros: false });
    }

    formatDay(day) {
        return day ? formatDate(deserializeDate(day)) : "";
    }

    label(bank, band, name) {
        const title = name === "bank" ? _t("Bank's rate") : _t("Customer's rate");
        return _t("%(title)s, %(bank)s, %(first)s to %(last)s days", {
            title,
            bank: bank.name,
            first: band[0],
            last: band[1],
        });
    }

    async onChange(row, column, name, event) {
        const text = event.target.value.trim();
        let rate = null;
        try {
            rate = text ? parseFloat(text) : null;
        } catch {
            event.target.value = this.format(this.grid.banks[row].cells[column][name]);
            this.notification.add(_t("%s is no rate.", text), { type: "danger" });
            return;
        }
        const grid = JSON.parse(JSON.stringify(this.grid));
        grid.banks[row].cells[column][name] = rate;
        await this.props.record.update({ [this.props.name]: grid });
    }
}

registry.category("fields").add("vendor_financing_quote_grid", {
    component: QuoteGrid,
    displayName: _t("Grid of quotes"),
    supportedTypes: ["json"],
});
