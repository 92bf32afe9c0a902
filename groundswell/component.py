"""Component: what every pluggable part of a scenario is.

A *part* (population, learner, signal, ...) is an abstract class that sets ``part``; a *component*
is a subclass with a literal ``kind`` and its parameters as fields. Subclassing registers it, so a
scenario section validates straight into the component it names. Components of other packages are
found through the entry-point group ``groundswell.components``, loaded only when a kind is unknown
or when everything is listed.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    field_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from groundswell.problems import InputError

ENTRY_POINT_GROUP = "groundswell.components"
LARGEST = 1e30
"""Largest number that a setting may be: what is computed from a few of them stays finite."""

PARTS: dict[str, type[Component]] = {}
"""The parts by name, in order of definition."""


def _is_part(cls: type) -> bool:
    return "part" in cls.__dict__


class Settings(BaseModel):
    """A section of a scenario: frozen, strictly typed, no unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        validate_default=True,
    )

    @field_validator("*")
    @classmethod
    def _finite_with_others(cls, value: Any) -> Any:
        """Refuse numbers that would overflow in the first sum or product."""
        inner = value.values() if isinstance(value, dict) else value
        for number in inner if isinstance(value, dict | tuple) else (value,):
            if isinstance(number, float) and abs(number) > LARGEST:
                raise PydanticCustomError(
                    "extreme",
                    "should be from -{most} to {most}, found {found}",
                    {"most": f"{LARGEST:g}", "found": repr(number)},
                )
        return value


class Component(Settings):
    """A pluggable part: subclass a part, give it a ``kind``, and scenarios can name it."""

    part: ClassVar[str]
    """Name of the part, set by the part's base class only."""
    kinds: ClassVar[dict[str, type[Component]]]
    """Kinds registered for this part, in order of definition."""
    default_kind: ClassVar[str | None] = None
    """Kind of a table that does not name one, set by parts that have a default."""
    claims: ClassVar[dict[str, tuple[str, ...]]] = {}
    """What a class says of a method, by the method: False for a subclass that writes the method
    anew, unless it says so again."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        for method in cls.claims.keys() & cls.__dict__.keys():
            for claim in cls.claims[method]:
                if claim not in cls.__dict__:
                    setattr(cls, claim, False)
        if _is_part(cls):
            cls.kinds = {}
            PARTS[cls.part] = cls
        elif "kind" in cls.model_fields:
            _register(cls)

    @classmethod
    def from_settings(cls, value: Any) -> Component:
        """Make the component that a scenario's value describes.

        Parameters
        ----------
        value
            A component of this part, its bare ``kind``, or a table with ``kind`` and parameters.

        Raises
        ------
        pydantic_core.PydanticCustomError
            If the value names no known kind.
        pydantic.ValidationError
            If the parameters do not fit the kind.
        """
        if isinstance(value, cls):
            return value
        settings = {"kind": value} if isinstance(value, str) else value
        if not isinstance(settings, dict):
            raise PydanticCustomError(
                "component", "expected a kind or a table with a kind (one of {kinds})", _known(cls)
            )
        kind = settings.get("kind", cls.default_kind)
        if kind is None:
            raise PydanticCustomError(
                "component", "the key 'kind' is missing (one of {kinds})", _known(cls)
            )
        return cls.of_kind(kind).model_validate(settings)

    @classmethod
    def of_kind(cls, kind: Any) -> type[Component]:
        """Return the class registered for a kind, looking at installed plug-ins if need be."""
        broken: list[str] = []
        if isinstance(kind, str) and kind not in cls.kinds:
            broken = _broken_plugins()
        if not isinstance(kind, str) or kind not in cls.kinds:
            near = get_close_matches(str(kind), cls.kinds, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise PydanticCustomError(
                "unknown_kind",
                "unknown kind {found}{hint} (one of {kinds}){broken}",
                {
                    "found": repr(kind),
                    "hint": hint,
                    **_known(cls),
                    "broken": "".join(f"; {one}" for one in broken),
                },
            )
        return cls.kinds[kind]

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        # A field annotated with a part looks the kind up when it validates, so that classes
        # defined later count too; a component itself validates like any model.
        if not _is_part(cls):
            return handler(source)
        return core_schema.no_info_plain_validator_function(
            cls.from_settings,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda component: component.model_dump()
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        if not _is_part(cls):
            return handler(schema)
        tables = [_table_schema(kind, handler) for kind in cls.kinds.values()]
        bare = [kind for kind, component in cls.kinds.items() if not required_fields(component)]
        return {"anyOf": [*tables, *cls.shorthand_json_schema(), {"enum": bare}]}

    @classmethod
    def shorthand_json_schema(cls) -> list[dict[str, Any]]:
        """JSON schemas of the other spellings that ``from_settings`` accepts."""
        return []

    @classmethod
    def summary(cls) -> str:
        """First line of the docstring: what the component is; empty if it has none."""
        return (cls.__doc__ or "").strip().partition("\n")[0]

    def __str__(self) -> str:
        return str(getattr(self, "kind", type(self).__name__))

    def replace(self, **changes: Any) -> Self:
        """Return the same component with some parameters changed, validated again."""
        return self.model_validate({**self.model_dump(), **changes})


def required_fields(component: type[BaseModel]) -> list[str]:
    """Names of the fields without a default."""
    return [name for name, field in component.model_fields.items() if field.is_required()]


def load_plugins() -> None:
    """Import the components that installed packages offer.

    Raises
    ------
    InputError
        If some cannot be used, after all others are imported; one line each.
    """
    broken = _broken_plugins()
    if broken:
        raise InputError("\n".join(broken))


def _broken_plugins() -> list[str]:
    """Import what can be, and say what is wrong with the rest."""
    broken = []
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        wrong = _wrong_with(entry_point)
        if wrong:
            package = entry_point.dist
            of = f" of {package.name} {package.version}" if package else ""
            broken.append(
                f"the plug-in '{entry_point.name} = {entry_point.value}'{of} cannot be used: "
                f"{wrong}; mend or uninstall it"
            )
    return broken


def _wrong_with(entry_point: EntryPoint) -> str | None:
    try:
        loaded = entry_point.load()
    except (Exception, SystemExit) as error:  # whatever another's code does as it is imported
        return f"{type(error).__name__}: {error}".partition("\n")[0]
    for one in vars(loaded).values() if isinstance(loaded, ModuleType) else [loaded]:
        if _lacks_kind(one) and one.__module__.startswith(entry_point.module):
            return f"{one.__qualname__} needs a kind: kind: Literal['x'] = 'x'"
    return None


def _lacks_kind(one: Any) -> bool:
    """Whether this is a component that no scenario can name, and that is no base of others."""
    is_component = isinstance(one, type) and issubclass(one, Component)
    return is_component and not (
        _is_part(one) or "kind" in one.model_fields or one.__subclasses__()
    )


def _register(cls: type[Component]) -> None:
    kind = cls.model_fields["kind"].default
    if not isinstance(kind, str):
        raise TypeError(f"{cls.__qualname__} needs a kind of its own: kind: Literal['x'] = 'x'")
    known = cls.kinds.get(kind)
    if known is not None and known.__qualname__ != cls.__qualname__:
        raise TypeError(
            f"{cls.part} kind '{kind}' is already taken by {known.__module__}.{known.__qualname__}"
        )
    cls.kinds[kind] = cls


def _table_schema(kind: type[Component], handler: GetJsonSchemaHandler) -> dict[str, Any]:
    schema = handler(kind.__pydantic_core_schema__)
    named = [] if kind.model_fields["kind"].default == kind.default_kind else ["kind"]
    return {**schema, "required": [*named, *required_fields(kind)]}


def _known(cls: type[Component]) -> dict[str, str]:
    return {"kinds": ", ".join(cls.kinds)}
