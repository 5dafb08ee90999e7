// Drives the sandbox through the SDK `asaas` of npm, and prints what each call answered.
const { AsaasClient } = require("asaas");

const [, , url, key, hook] = process.argv;
const client = new AsaasClient(key, { sandbox: true, sandboxUrl: url, printError: false });
const answers = {};

async function call(name, type, promise) {
    answers[name] = { type, body: await promise };
    return answers[name].body;
}

async function refused(name, promise) {
    try {
        await promise;
        answers[name] = { refused: null };
    } catch (error) {
        const { status, data } = error.response;
        answers[name] = { refused: status, codes: (data.errors || []).map((one) => one.code) };
    }
}

async function main() {
    const { customers, payments, webhooks } = client;
    const data = { name: "Cliente", cpfCnpj: "24971563792", mobilePhone: "47996321478" };
    const customer = await call("customer", "IAsaasCustomerResponse", customers.new(data));
    await call("customers", "IListAsaasCustomerResponse", customers.list({ cpfCnpj: data.cpfCnpj }));
    await call("changed", "IAsaasCustomerResponse", customers.updateById(customer.id, { ...data, name: "Novo" }));
    await refused("landline as mobile", customers.new({ ...data, mobilePhone: "1133334444" }));
    const order = { customer: customer.id, billingType: "UNDEFINED", value: 100, dueDate: "2099-12-20" };
    const payment = await call("payment", "IAsaasPaymentResponse", payments.new(order));
    await refused("Pix of 3.00", payments.new({ ...order, billingType: "PIX", value: 3 }));
    await call("line", "IAsaasPaymentBoletoResponse", payments.getIdentificationField(payment.id));
    await call("code", "IAsaasPaymentPixQrCodeResponse", payments.getPixQrCode(payment.id));
    await call("payments", "IListAsaasPaymentsResponse", payments.list({ customer: customer.id }));
    await call("deleted", "IAsaasDeleteResponse", payments.delete(payment.id));
    await call("shown", "IAsaasPaymentResponse", payments.getById(payment.id));
    await call("restored", "IAsaasPaymentResponse", payments.restore(payment.id));
    await call("updated", "IAsaasPaymentResponse", payments.updateById(payment.id, { ...order, value: 90 }));
    const cash = { paymentDate: new Date().toISOString().slice(0, 10), value: 90, notifyCustomer: false };
    await call("cash", "IAsaasPaymentResponse", payments.receiveInCash(payment.id, cash));
    await call("undone", "IAsaasPaymentResponse", payments.undoReceivedInCash(payment.id));
    await call("limits", "IAsaasPaymentLimitResponse", payments.limits());
    const wanted = {
        name: "SDK",
        url: hook,
        email: "a@example.com",
        sendType: "SEQUENTIALLY",
        enabled: true,
        interrupted: false,
        authToken: "t".repeat(32),
        events: ["PAYMENT_RECEIVED"],
    };
    const webhook = await call("webhook", "IWebhookResponse", webhooks.create(wanted));
    await call("webhooks", "IListWebhooksResponse", webhooks.list());
    await refused("webhook without e-mail", webhooks.create({ ...wanted, email: undefined }));
    await call("webhook deleted", "IAsaasDeleteResponse", webhooks.delete(webhook.id));
    console.log(JSON.stringify({ answers, payment: payment.id }));
}

async function refund(id) {
    await call("refund", "IAsaasPaymentResponse", client.payments.refund(id, { value: 10 }));
    console.log(JSON.stringify({ answers }));
}

const done = hook.startsWith("pay_") ? refund(hook) : main();
done.catch((error) => {
    console.error(error.response ? JSON.stringify(error.response.data) : error);
    process.exit(1);
});
