"""Reads exports of a bill, however large: DuckDB streams them, and what comes out is summed up by what matters here.

Lines of the stack's own accounts are summed up by service, usage type and resource of the stack; those of others by
nothing at all, so that memory is bounded by the stack and not by the organisation.
"""

from __future__ import annotations

import calendar
import datetime
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from deployment.errors import InputError
from deployment.urn import plain
from workbench.actual.columns import USAGE, Dialect, canonical, dialect_of, renamed, tag_sql
from workbench.actual.sources import Source, sources_of

if TYPE_CHECKING:
    import duckdb

MEMORY: Final = "1GB"
"""What DuckDB may use; beyond it sums spill to disk."""

ZERO: Final = Decimal(0)

SAMPLED: Final = 64
"""Lines of a group whose hashes are kept, those with the lowest: the same of the same lines, in whatever file."""

MOST_SAMPLED: Final = 256
"""Such hashes of a file."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the bill is read for."""

    identities: frozenset[str]
    """Ids and ARNs of the stack's resources."""
    accounts: frozenset[str]
    """Accounts that the stack is in; empty: not known, and every line may be its."""
    tag: tuple[str, str] | None
    """Tag that all resources of the stack have, and no other's."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of a bill that are alike."""

    month: str
    """Billing period, ``2026-10``."""
    currency: str
    kind: str
    """One of ``columns.KINDS``."""
    account: str
    """"" for accounts that the stack is not in, whose lines aren't told apart."""
    service: str
    usage_type: str
    operation: str
    identity: str
    """Id or ARN of the stack that the lines' resource is; "" where it is none."""
    resource: str
    """The lines' resource, where it is one of the stack; ``?`` for others, "" where the lines have none."""
    owner: str
    """Value of the stack's tag on the lines; "" where they have none."""
    fleet: str
    """Auto-scaling group that launched the lines' resource, from its tag."""


@dataclass(slots=True)
class Sums:
    """What the lines of a group add up to."""

    billed: Decimal = ZERO
    amortised: Decimal = ZERO
    listed: Decimal = ZERO
    """At list prices on demand; 0 where the export doesn't tell."""
    quantity: Decimal = ZERO
    lines: int = 0
    example: str = ""
    """A resource of the lines, for people."""

    def add(self, other: Sums) -> None:
        """Add `other`."""
        self.billed += other.billed
        self.amortised += other.amortised
        self.listed += other.listed
        self.quantity += other.quantity
        self.lines += other.lines
        self.example = self.example or other.example


@dataclass(slots=True)
class Period:
    """Time that the lines of one billing period cover."""

    begins: datetime.datetime | None = None
    ends: datetime.datetime | None = None

    def widen(self, begins: datetime.datetime | None, ends: datetime.datetime | None) -> None:
        """Cover `begins` to `ends`, too."""
        if begins is not None:
            self.begins = begins if self.begins is None else min(self.begins, begins)
        if ends is not None:
            self.ends = ends if self.ends is None else max(self.ends, ends)


@dataclass(slots=True)
class Bill:
    """All files, summed up."""

    formats: list[str] = field(default_factory=list)
    """Names of the formats met."""
    files: int = 0
    groups: dict[Group, Sums] = field(default_factory=dict)
    periods: dict[str, Period] = field(default_factory=dict)
    """Billing period -> time that its lines of use cover."""

    def total(self, currency: str, *, amortised: bool) -> Decimal:
        """Sum of all lines in `currency`."""
        sums = (sums for group, sums in self.groups.items() if group.currency == currency)
        return sum((each.amortised if amortised else each.billed for each in sums), ZERO)

    @property
    def currencies(self) -> list[str]:
        """Currencies of the lines, sorted."""
        return sorted({group.currency for group in self.groups})


def read_bill(given: Iterable[str], wanted: Wanted) -> Bill:
    """The bill in the exports that `given` name. Raises InputError for what is no export, or holds no number."""
    import duckdb

    sources = sources_of(given)
    bill = Bill()
    families: dict[str, dict[str, str]] = defaultdict(dict)
    with tempfile.TemporaryDirectory(prefix="plant-bill-") as folder:
        # Nothing is fetched on the way: extensions are those that are built in, and files those that are named.
        connection = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": folder,
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        with connection:
            for system in sources.file_systems:
                connection.register_filesystem(system)
            connection.execute("CREATE TABLE own (identity VARCHAR)")
            connection.execute("INSERT INTO own SELECT unnest(?)", [sorted(wanted.identities)])
            samples: list[tuple[str, _Sample]] = []
            for source in sources.files:
                sample = _Sample()
                try:
                    family, months = _read(connection, source, wanted, bill, sample)
                except duckdb.Error as error:
                    raise InputError(f"{source.name}: can't be read: {_reason(error)}") from error
                for month in months:
                    families[month].setdefault(family, source.name)
                samples.append((source.name, sample))
    for month, seen in sorted(families.items()):
        if len(seen) > 1:
            raise InputError(
                f"{' and '.join(seen.values())}: the bill of {month} as FOCUS and as CUR; give one of them, or all "
                "counts twice"
            )
    _refuse_repeated(samples)
    if not bill.groups:
        raise InputError(f"{', '.join(source.name for source in sources.files[:3])}: no lines; the export is empty")
    return bill


class _Sample:
    """Some lines of the stack in a file, as hashes: all of them below `limit`. So two files can be compared, however
    large, by what both must have below the lower of their limits if they have it at all."""

    def __init__(self) -> None:
        self.hashes: set[int] = set()
        self.limit: float = float("inf")

    def add(self, lowest: list[int] | None) -> None:
        """Take in the lowest `SAMPLED` of a group; fewer are all that it has."""
        self.hashes.update(lowest or ())
        if lowest and len(lowest) == SAMPLED:
            self.limit = min(self.limit, max(lowest))

    def close(self) -> None:
        """Keep what can be compared, and no more than `MOST_SAMPLED`."""
        known = sorted(each for each in self.hashes if each <= self.limit)
        if len(known) > MOST_SAMPLED:
            known = known[:MOST_SAMPLED]
            self.limit = known[-1]
        self.hashes = set(known)

    def repeats(self, other: _Sample) -> bool:
        """Whether most lines of one of the two are in the other, too."""
        limit = min(self.limit, other.limit)
        here, there = ({each for each in one.hashes if each <= limit} for one in (self, other))
        return bool(both := len(here & there)) and 2 * both > min(len(here), len(there))


def _refuse_repeated(samples: Sequence[tuple[str, _Sample]]) -> None:
    """Refuse lines that another file has, too: an export that somebody copied, converted or fetched again later."""
    by_hash: dict[int, list[int]] = defaultdict(list)
    for number, (name, sample) in enumerate(samples):
        for place in sorted({place for each in sample.hashes for place in by_hash.get(each, ())}):
            earlier, other = samples[place]
            if sample.repeats(other):
                raise InputError(
                    f"{earlier} and {name}: hold the same lines, which would count twice; give one of them"
                )
        for each in sample.hashes:
            by_hash[each].append(number)


def _reason(error: Exception) -> str:
    """The first sentence of DuckDB's own message, on one line."""
    if "sniffing" in (said := str(error)):  # what follows are parameters of DuckDB's, which nobody can give here
        return "no CSV with commas, in UTF-8, whose lines all have the cells of its header; is it whole?"
    first = [line for line in said.split("\n\n")[0].splitlines() if not line.startswith("Original Line: ")]
    return plain(" ".join(" ".join(first).split()))[:300]


def _read(
    connection: duckdb.DuckDBPyConnection, source: Source, wanted: Wanted, bill: Bill, sample: _Sample
) -> tuple[str, set[str]]:
    """Add the lines of `source` to `bill`, and some to `sample`. Gives the family of its format, and its billing
    periods."""
    reader = _reader(source)
    described = connection.execute(f"DESCRIBE SELECT * FROM {reader}", [source.pattern]).fetchall()  # noqa: S608 - ours
    columns = {str(name): str(kind) for name, kind, *_ in described}
    if new := renamed(columns):
        listed = ", ".join(f"{_identifier(name)} AS {word}" for name, word in new.items())
        reader = f"(SELECT {listed} FROM {reader})"  # noqa: S608 - names are quoted, or of letters and digits
        columns = {word: columns[name] for name, word in new.items()}
    columns = canonical(columns)
    dialect = dialect_of(columns, source.name, legacy=bool(new))
    if dialect.name not in bill.formats:
        bill.formats.append(dialect.name)
    bill.files += 1
    rows = connection.execute(_query(reader, dialect, columns, wanted), [source.pattern, *_parameters(wanted)])
    months = set()
    while chunk := rows.fetchmany(10_000):
        for row in chunk:
            _take(row, source, dialect, bill)
            months.add(str(row[0]))
            sample.add(row[-1])
    sample.close()
    return dialect.family, months


def _reader(source: Source) -> str:
    if source.kind == "parquet":
        return "read_parquet(?)"
    packed = "'gzip'" if source.kind == "csv.gz" else "'none'"
    # Everything as text: a sniffer that takes costs for floating-point numbers would round them.
    # What databases write for no value stands there by its name: of a resource, NULL would be an id.
    shape = "header = true, all_varchar = true, nullstr = ['', 'NULL'], delim = ',', quote = '\"', escape = '\"'"
    return f"read_csv(?, {shape}, compression = {packed})"


def _parameters(wanted: Wanted) -> list[Any]:
    return [sorted(wanted.accounts), *([] if wanted.tag is None else [wanted.tag[1]])]


def _query(reader: str, dialect: Dialect, columns: Mapping[str, str], wanted: Wanted) -> str:
    cells = {**dialect.cells}
    cells["owner"] = "''" if wanted.tag is None else tag_sql(columns, wanted.tag[0])
    cells["fleet"] = tag_sql(columns, "aws:autoscaling:groupName")
    bad = " + ".join(
        f"(CASE WHEN trim(CAST(\"{name}\" AS VARCHAR)) <> '' AND "
        f'(TRY_CAST("{name}" AS DECIMAL(38, 18)) IS NULL) THEN 1 ELSE 0 END)'
        for name in dialect.numbers
    )
    bad_text = f"CASE WHEN {bad} > 0 THEN concat_ws(' / ', {', '.join(_quoted(dialect.numbers))}) END"
    listed = ", ".join(f"{sql} AS {name}" for name, sql in cells.items())
    mine = "identity <> '' OR fleet_identity <> '' OR len($2) = 0 OR account IN (SELECT unnest($2))"
    if wanted.tag is not None:
        mine += " OR owner = $3"
    told = ", ".join(
        f"CASE WHEN mine THEN {name} ELSE '' END AS {name}"
        for name in ("account", "service", "usage_type", "operation", "owner")
    )
    # Alike in every format; what costs nothing is as a rule one of many of its hour.
    line = "hash(month, begins, account, usage_type, operation, resource, CAST(amortised AS DECIMAL(38, 9)))"
    counted = f"mine AND kind = '{USAGE}' AND amortised <> 0"
    reader = reader.replace("?", "$1")
    return f"""
        WITH lines AS (SELECT {listed}, LEAST({bad}, 1) AS bad, {bad_text} AS bad_text FROM {reader}),
        named AS (
            SELECT lines.*, regexp_replace(resource, ':\\*$', '') AS bare,
                regexp_extract(resource, '[^/]*$') AS after_slash, regexp_extract(resource, '[^:]*$') AS after_colon
            FROM lines
        ),
        known AS (
            SELECT named.*,
                coalesce(exact.identity, stripped.identity, slash.identity, colon.identity, '') AS identity,
                coalesce(launched.identity, '') AS fleet_identity
            FROM named
            LEFT JOIN own AS exact ON exact.identity = named.resource
            LEFT JOIN own AS stripped ON stripped.identity = named.bare
            LEFT JOIN own AS slash ON slash.identity = named.after_slash
            LEFT JOIN own AS colon ON colon.identity = named.after_colon
            LEFT JOIN own AS launched ON launched.identity = named.fleet
        ),
        owned AS (SELECT known.*, ({mine}) AS mine FROM known)
        SELECT month, upper(currency), kind, {told}, identity,
            CASE WHEN identity <> '' OR resource = '' THEN resource WHEN mine THEN '?' ELSE '' END, fleet_identity,
            coalesce(sum(billed), 0), coalesce(sum(amortised), 0), coalesce(sum(listed), 0), coalesce(sum(quantity), 0),
            count(*), arg_max(CASE WHEN mine THEN resource ELSE '' END, abs(coalesce(amortised, 0))),
            min(begins), max(ends), sum(bad), any_value(bad_text), min({line}, {SAMPLED}) FILTER (WHERE {counted})
        FROM owned GROUP BY ALL
    """  # noqa: S608 - column names are those of the dialect's table or quoted, values are parameters


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(names: Iterable[str]) -> Iterator[str]:
    return (f'CAST("{name}" AS VARCHAR)' for name in names)


def _take(row: tuple[Any, ...], source: Source, dialect: Dialect, bill: Bill) -> None:
    month, currency, kind, account, service, usage_type, operation, owner, identity, resource, fleet = row[:11]
    billed, amortised, listed, quantity, lines, example, begins, ends, bad, bad_text = row[11:21]
    if bad:
        example = repr(plain(str(bad_text))[:60])
        names = " or ".join(dialect.numbers)
        raise InputError(f"{source.name}: {_lines(bad)} whose {names} is no number, e.g. {example}")
    if not month or not currency:
        what = "billing period" if not month else "currency"
        raise InputError(f"{source.name}: {_lines(lines)} without a {what}; is the file whole?")
    group = Group(month, currency, kind, account, service, usage_type, operation, identity, resource, owner, fleet)
    sums = Sums(billed, amortised, listed, quantity, lines, example or "")
    bill.groups.setdefault(group, Sums()).add(sums)
    if kind == USAGE:
        bill.periods.setdefault(month, Period()).widen(begins, ends)


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count:,} lines"


def month_bounds(month: str) -> tuple[datetime.datetime, datetime.datetime]:
    """First moment of the billing period `month` (``2026-10``), and the first after it; UTC, without a zone."""
    first = datetime.datetime.strptime(month, "%Y-%m")  # noqa: DTZ007 - DuckDB's timestamps have no zone, either
    days = calendar.monthrange(first.year, first.month)[1]
    return first, first + datetime.timedelta(days=days)
