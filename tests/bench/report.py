"""Writes docs/benchmarks.md: ratios and counts, which do not depend on the machine."""

from statistics import median

from tests.host import figures
from tests.host.layout import ROOT
from tests.host.statement import SHARES

from .delivery import SCENARIOS
from .settlements import list_totals

LABELS = {
    "exact": "exact",
    "tolerated": "within the tolerance",
    "fee": "fees",
    "unknown_event": "of an unknown event",
    "repeated": "with a number that came before",
    "second": "with another number for an instalment that is settled already",
    "unknown_sale": "for an unknown transaction",
    "future": "future ones",
}
TARGET = ROOT / "docs" / "benchmarks.md"
TEXT = """# Benchmarks

Written by `make bench`. What is compared took turns in the same run, on the same machine and
against the same PostgreSQL and sandbox, so that ratios hold elsewhere too; seconds do not.

## Delivery of messages

{count} pre-authorizations wait; the sandbox answers each after {latency} s. Seconds from the start
of the first message to the end of the last, without the start of Odoo itself, {repetitions}
repetitions by turns. Each message is claimed, exchanged, kept and applied to its reservation and
order. After each run the sandbox's ledger must show every idempotency key exactly once, and as many
reservations.

The bare client posts the same bodies from a `ThreadPoolExecutor` with one `requests` session per
thread, and does nothing with the answers. The floor is messages multiplied by latency, divided by
the requests at the same time.

| who | min | median | median ÷ floor |
|---|---:|---:|---:|
{delivery}

| ratio of medians | |
|---|---:|
{ratios}

## A bystander's page while a service is silent

Two workers; four people send orders or faturas, each five seconds after the former was taken; a
fifth opens the login page ten times a second, for {outage} s. The page is to take at most 0.3 s for
95 of 100.

| services | pages | half within | 95 of 100 within | longest | sent | 95 of 100 within |
|---|---:|---:|---:|---:|---:|---:|
{outages}

## Orders and invoices that are not Supplier's

{orders} sale orders of one line, in a database without supplier_credit and in one with it
installed, with an active agreement, a bearer that these orders do not use, and a live reservation
for another order of the same customer; {pairs} pairs by turns, after one to warm up. The orders
are invoiced one by one; half of the invoices are paid, the others credited.

| phase | SQL queries without | with | more | time with ÷ without (medians) |
|---|---:|---:|---:|---:|
{sales}

## Processing of approvals

Each approval is an answer of Supplier that was kept and is now applied: state, calendar of three
instalments, entry with three transfers and the fee, and the invoice's three receivables reconciled.
Beside it the host alone posts an equal entry and reconciles it with an equal invoice. Both take
turns in transactions of {chunk} documents on one database, after {chunk} of each to warm up; each
row is the mean of the documents since the row before.

| done before | after | time per approval | time ÷ host's entry | SQL queries | host's |
|---:|---:|---:|---:|---:|---:|
{approvals}

## Settlements

Each statement has entries of every kind in fixed shares:

{shares}

The sandbox serves it in pages of 500; it is imported and matched as by the cron, what nothing was
found for is ignored with a reason, and the statement is posted in one entry, both by an accountant.
Beside it the host alone posts one entry against as many open items as the statement settles, and
reconciles them in plans of 500. Both take turns on one database, after a statement of 100 entries
to warm up. After each statement its books are checked to the cent; then it is imported again, after
which no row of statements, entries, ledger and reconciliations may have been written.

Ratios are those of the seconds of all turns together. The first compares an entry with an item of
the host's; the second the whole statement with the host's whole entry, though what settles nothing
counts only on the statement's side.

| entries | statements | time per entry | ÷ host's | whole ÷ whole | queries per entry | host's |
|---:|---:|---:|---:|---:|---:|---:|
{settlements}

| entries | import | match | decide | post |
|---:|---:|---:|---:|---:|
{steps}

## DANFE of 990 items

An NF-e of the official samples with as many items as the layout allows, and one with fewer items
whose texts are as long as it allows (500 characters), drawn by the library alone and by
supplier_credit, by turns after a small one to warm up. Both have the same texts on the same pages.

| layout | items | characters each | pages | library | supplier_credit | library ÷ supplier_credit |
|---|---:|---:|---:|---:|---:|---:|
{danfe}

## Vendor contracts

Making a contract effective: checks, one entry with an item of the vendor account for each title,
and the marks and due dates of all receivables. Beside it the host alone posts one entry with as
many items. Both take turns on one database and are rolled back.

| titles | time per title | time ÷ host's | SQL queries per title | host's per item |
|---:|---:|---:|---:|---:|
{financing}

## Faturas of subscriptions

Billing contracts as the cron does, 50 in one transaction: the invoice with its line,
posted, and its charge queued for the provider. Beside it the host alone creates and posts as many
equal invoices in equal chunks. Both take turns on one database and are rolled back.

| contracts | time per contract | time ÷ host's | SQL queries per contract | host's |
|---:|---:|---:|---:|---:|
{billing}

## The suite

Minutes of each part of `make test`, of which two run beside each other, and how much of an addon
its own tests execute. Loading an addon executes its declarations, so that branches tell more.

| part | minutes |
|---|---:|
{suite}

| addon | lines | branches |
|---|---:|---:|
{coverage}

## Repeat

    make bench

| variable | meaning |
|---|---|
| `BENCH_MESSAGES` | how many messages, {count} here |
| `BENCH_LATENCY` | seconds of the sandbox, {latency} here |
| `BENCH_REPETITIONS` | repetitions of each way of delivery, {repetitions} here |
| `BENCH_ORDERS` | sale orders of one round, {orders} here |
| `BENCH_PAIRS` | pairs of rounds, {pairs} here |
| `BENCH_APPROVALS` | how many approvals at the end of each row, {sizes} here |
| `BENCH_SETTLEMENTS` | how many entries a statement of each row has, {statements} here |
| `BENCH_FINANCING` | how many titles a contract of each row has, {contracts} here |
| `BENCH_BILLING` | how many contracts are billed in each row, {subscriptions} here |
| `BENCH_DANFE` | items of an NF-e, {danfe_items} here |
| `BENCH_OUTAGE` | seconds that each outage lasts, {outage} here |
| `BENCH_CHUNK` | documents of one transaction, {chunk} here |

`BENCH_ONLY=settlements make bench` measures the settlements alone and prints their tables, and
`BENCH_ONLY=financing make bench` the vendor contracts, `BENCH_ONLY=billing make bench` the faturas,
`BENCH_ONLY=danfe make bench` the DANFE, `BENCH_ONLY=outages make bench` a bystander's page.
"""


def write(delivery, sales, approvals, settlements, financing, billing, danfe, outages, settings):
    """Write the report.

    :param delivery: {scenario: [seconds]} of `delivery.Delivery.measure`
    :param sales: what `sales.measure` returned
    :param approvals: what `approvals.measure` returned
    :param settlements: what `settlements.measure` returned
    :param financing: what `beside_host.measure` returned
    :param billing: what `beside_host.measure` returned
    :param danfe: what `danfe.measure` returned
    :param outages: what `outages.measure` returned
    """
    seconds, coverage = figures.read()
    TARGET.write_text(
        TEXT.format(
            suite="\n".join(figures.list_seconds(seconds)),
            coverage="\n".join(figures.list_coverage(coverage)),
            delivery="\n".join(_delivery_rows(delivery, settings)),
            outages="\n".join(list_outage_rows(outages)),
            ratios="\n".join(_ratio_rows(delivery)),
            sales="\n".join(_sale_rows(sales)),
            approvals="\n".join(_approval_rows(approvals)),
            sizes=",".join(str(size) for size in approvals),
            settlements="\n".join(list_settlement_rows(settlements)),
            steps="\n".join(list_step_rows(settlements)),
            shares="\n".join(f"- {share} % {LABELS[kind]}" for kind, share in SHARES.items()),
            financing="\n".join(list_beside_host(financing)),
            contracts=",".join(str(size) for size in financing),
            billing="\n".join(list_beside_host(billing)),
            subscriptions=",".join(str(size) for size in billing),
            danfe="\n".join(list_danfe_rows(danfe)),
            statements=",".join(str(size) for size in settlements),
            **settings,
        )
    )


def _delivery_rows(delivery, settings):
    for name, seconds in delivery.items():
        workers, parallel = SCENARIOS[name]
        floor = settings["count"] * settings["latency"] / (max(workers, 1) * parallel)
        middle = median(seconds)
        yield f"| {name} | {min(seconds):.2f} s | {middle:.2f} s | {middle / floor:.2f} |"


def _ratio_rows(delivery):
    for one, other in (
        ("one worker, 16 parallel", "bare client, 16 parallel"),
        ("one worker, 16 parallel", "two workers, 16 parallel each"),
        ("one worker, 4 parallel", "two workers, 4 parallel each"),
    ):
        ratio = median(delivery[one]) / median(delivery[other])
        yield f"| {one} ÷ {other} | {ratio:.2f} |"


def _sale_rows(sales):
    for phase, found in sales.items():
        without, with_addon = found["without"], found["with"]
        queries = [median(count for _seconds, count in rows) for rows in (without, with_addon)]
        times = [median(seconds for seconds, _count in rows) for rows in (without, with_addon)]
        more = queries[1] - queries[0]
        yield (
            f"| {phase} | {queries[0]:.0f} | {queries[1]:.0f} | {more:+.0f} | "
            f"{times[1] / times[0]:.3f} |"
        )


def _approval_rows(approvals):
    before = 0
    for size, found in approvals.items():
        (seconds, queries), (host_seconds, host_queries) = found["approvals"], found["host"]
        yield (
            f"| {before} | {size} | {seconds * 1000:.1f} ms | {seconds / host_seconds:.2f} | "
            f"{queries:.1f} | {host_queries:.1f} |"
        )
        before = size


def list_settlement_rows(settlements):
    """Yield the rows of what settlements cost beside the host."""
    for size, found in settlements.items():
        seconds, queries, host_seconds, host_queries = list_totals(found)
        entries, items = size * len(found["settlement"]), sum(found["settled"])
        yield (
            f"| {size} | {len(found['settlement'])} | {seconds / entries * 1000:.2f} ms | "
            f"{seconds / entries * items / host_seconds:.2f} | {seconds / host_seconds:.2f} | "
            f"{queries / entries:.2f} | {host_queries / items:.2f} |"
        )


def list_step_rows(settlements):
    """Yield the rows of what each step of a settlement takes per entry."""
    for size, found in settlements.items():
        entries = size * len(found["settlement"])
        cells = [
            f"{sum(turn[name][0] for turn in found['settlement']) / entries * 1000:.2f} ms"
            for name in found["settlement"][0]
        ]
        yield f"| {size} | {' | '.join(cells)} |"


def list_beside_host(found_by_size):
    """Yield the rows of what contracts cost beside the host's equal work."""
    for size, found in found_by_size.items():
        (seconds, queries), (host_seconds, host_queries) = (
            [sum(values) / len(rows) / size for values in zip(*rows, strict=True)]
            for rows in (found["ours"], found["host"])
        )
        yield (
            f"| {size} | {seconds * 1000:.2f} ms | {seconds / host_seconds:.2f} | "
            f"{queries:.2f} | {host_queries:.2f} |"
        )


def list_outage_rows(outages):
    """Yield the rows of what a bystander waits while services do not answer."""
    for row in outages:
        yield (
            f"| {row['name']} | {row['pages']} | {row['p50']:.2f} s | {row['p95']:.2f} s | "
            f"{row['longest']:.2f} s | {row['done']} | {row['own_p95']:.2f} s |"
        )


def list_danfe_rows(danfe):
    """Yield the rows of what the library and supplier_credit take to draw an NF-e."""
    for row in danfe:
        library, ours = row["library"], row["ours"]
        yield (
            f"| {row['layout']} | {row['items']} | {row['characters']} | {row['pages']} | "
            f"{library:.1f} s | {ours:.1f} s | {library / ours:.1f} |"
        )
