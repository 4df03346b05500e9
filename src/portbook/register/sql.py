"""What SQL needs said in the words of each engine: how long a text may be, and of what."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BaseConstraint, CharField, CheckConstraint, F, Func, IntegerField, Q, Value
from django.db.models.functions import Length, Lower, Replace
from django.db.models.lookups import Exact, LessThanOrEqual
from django.db.models.sql.compiler import SQLCompiler

SERVICE_NAMES = {  # the folded name that an application in JSON is about: as one index has it
    "sqlite": "lower(COALESCE(json_extract({0}, '$.service_name'), ''))",
    "postgresql": "lower(COALESCE({0}::jsonb ->> 'service_name', ''))",
}
HOLDS = {"sqlite": "instr({0}, %s) > 0", "postgresql": "strpos({0}, %s) > 0"}  # whether a text holds another
_SERVICE_NAMES = {vendor: text.format("(%(expressions)s)") for vendor, text in SERVICE_NAMES.items()}


class ServiceName(Func):
    """The service name in an application in JSON, for the index of that question."""

    output_field = CharField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=_SERVICE_NAMES["sqlite"], **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=_SERVICE_NAMES["postgresql"], **context)


class OctetLength(Func):
    """The bytes of a text in UTF-8."""

    function = "octet_length"
    output_field = IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """SQLite before 3.43 has no such function."""
        return self.as_sql(compiler, connection, template="length(CAST(%(expressions)s AS BLOB))", **context)


def at_most(field: str, limit: int) -> CheckConstraint:
    """The check that the text *field* has at most *limit* characters: SQLite takes any length for VARCHAR."""
    return CheckConstraint(condition=Q(LessThanOrEqual(Length(field), limit)), name=f"%(class)s_{field}_size")


def size_in(constraint: BaseConstraint) -> tuple[str, int] | None:
    """Return the text and the limit that *constraint* is about, if `at_most` made it."""
    condition = constraint.condition if isinstance(constraint, CheckConstraint) else None
    size: Any = condition.children[0] if isinstance(condition, Q) else None
    if isinstance(size, LessThanOrEqual) and isinstance(size.lhs, Length):
        return size.lhs.get_source_expressions()[0].name, size.rhs
    return None


def folded(field: str) -> CheckConstraint:
    """The check that *field* is lower-case ASCII: what `names.fold` makes of every name that may be held."""
    condition = Q(Exact(F(field), Lower(field))) & Q(Exact(OctetLength(field), Length(field)))
    return CheckConstraint(condition=condition, name=f"%(class)s_{field}_folded")


def one_of(field: str, values: tuple[str, ...]) -> CheckConstraint:
    """The check that *field* is one of *values*."""
    known = tuple(map(str, values))  # a member of an enumeration is its text
    return CheckConstraint(condition=Q(**{f"{field}__in": known}), name=f"%(class)s_{field}_known")


def between(field: str, low: int, high: int) -> CheckConstraint:
    """The check that *field* lies from *low* to *high*, or is absent."""
    condition = Q(**{f"{field}__gte": low, f"{field}__lte": high})
    return CheckConstraint(condition=condition, name=f"%(class)s_{field}_range")


def confusable(field: str) -> Func:
    """How `applications.confusable_key` reads a folded name (T-44): for the index of that question."""
    looks = Replace(F(field), Value("l"), Value("i"))
    for letter, seen in (("1", "i"), ("o", "0"), ("-", "")):
        looks = Replace(looks, Value(letter), Value(seen))
    return looks
