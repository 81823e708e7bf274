"""The arguments of the demands: what an author writes, and how it is kept as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from enum import Enum, StrEnum, auto

from runbooks.enums import ParameterType
from runbooks.procedure.guards.demand import Demand

#: Plain data of an argument.
Plain = str | int | list[str]

INSTANCE = (ParameterType.INSTANCE,)
COPY = (ParameterType.COPY,)
SOURCE = (ParameterType.COPY, ParameterType.INSTANCE)
ANY_PLACE = (ParameterType.INSTANCE, ParameterType.COPY, ParameterType.TEXT)


class ArgumentKind(Enum):
    """What an argument is. RECORDED_TIME is the name of a time that an earlier step records; TEXTS
    and WORDS are one or more."""

    PARAMETER = auto()
    TEXT = auto()
    TEXTS = auto()
    WORD = auto()
    WORDS = auto()
    DURATION = auto()
    RECORDED_TIME = auto()


@dataclass(frozen=True)
class Argument:
    """`word` is its key in the format, '' where that is the name of its field. `types` are those
    of the parameter that it names; `words` what can be written."""

    kind: ArgumentKind
    types: tuple[ParameterType, ...] = ()
    words: tuple[StrEnum, ...] = ()
    word: str = ""


def parameter(types: tuple[ParameterType, ...], word: str = "") -> Mapping[str, Argument]:
    """The metadata of a field that names a parameter of one of these types."""
    return {"argument": Argument(ArgumentKind.PARAMETER, types, word=word)}


def written(kind: ArgumentKind, *words: StrEnum, word: str = "") -> Mapping[str, Argument]:
    """The metadata of a field of another kind."""
    return {"argument": Argument(kind, words=words, word=word)}


def arguments_of(kind: type[Demand]) -> Mapping[str, tuple[str, Argument, bool]]:
    """The arguments of a demand by their keys in the format: the name of the field, what it is, and
    whether an author has to write it."""
    return {
        _word(field): (field.name, field.metadata["argument"], field.default is MISSING)
        for field in fields(kind)
    }


def to_data(demand: Demand) -> dict[str, Plain]:
    """What was written, as plain data; what has its default is left out."""
    data: dict[str, Plain] = {}
    for field in fields(demand):
        value = getattr(demand, field.name)
        if isinstance(value, tuple) and value:
            data[_word(field)] = [str(item) for item in value]
        elif value != field.default:
            data[_word(field)] = str(value) if isinstance(value, StrEnum) else value
    return data


def from_data(kind: type[Demand], data: Mapping[str, Plain]) -> Demand:
    """The inverse of `to_data`. Raises `KeyError` or `ValueError` when the data is of no such
    demand."""
    arguments = arguments_of(kind)
    return kind(**{arguments[key][0]: _restored(arguments[key][1], data[key]) for key in data})


def _restored(argument: Argument, value: Plain) -> object:
    known = {str(word): word for word in argument.words}
    if isinstance(value, list | tuple):
        return tuple(known[item] if known else item for item in value)
    return known[str(value)] if known else value


def _word(field: Field[object]) -> str:
    argument: Argument = field.metadata["argument"]
    return argument.word or field.name
