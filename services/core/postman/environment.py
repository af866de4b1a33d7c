"""The noun of an environment: a flat list of variables that a mock may be given."""

from dataclasses import dataclass

from services.core.ids import EnvironmentId
from services.core.postman.variable import Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An environment, as its file has it; `variables` keep their order, duplicates included."""

    id: EnvironmentId
    name: str
    variables: tuple[Variable, ...] = ()
