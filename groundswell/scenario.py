"""Scenario: everything that defines a simulation, made of components."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    model_validator,
)

from groundswell import recruitment, tie_checks  # noqa: F401  (they register their checks)
from groundswell.agents import (  # noqa: F401  (registers what they hold)
    digits,
    erasing,
    gradient_strategy,
    planting,
    random_rules,
    resumes,
    slabs,
    structured,
    table,
    text,
    tokens,
)
from groundswell.agents.collective import Collective
from groundswell.agents.decision import BestResponse, Decision
from groundswell.agents.distribution import Distribution
from groundswell.agents.network import Network, NoNetwork
from groundswell.agents.payoff import Payoff
from groundswell.agents.population import Population
from groundswell.component import Settings
from groundswell.contradictions import cross_check
from groundswell.measure import Measure
from groundswell.platform import learners  # noqa: F401  (registers the learners)
from groundswell.platform.platform import Platform
from groundswell.problems import Key, Problem, ScenarioError, printable
from groundswell.schedule import Course
from groundswell.schedule_checks import overlap, schedule_problems
from groundswell.settings_errors import nest, override, split_key, validated
from groundswell.stopping import Never, Stop
from groundswell.sweep_settings import Sweep


def _printed(name: str) -> str:
    """Refuse control characters: a name is shown on terminals and pages."""
    if printable(name) != name or "\n" in name:
        raise ValueError(f"should be one line without control characters, found {name!r}")
    return name


class Scenario(Settings):
    """A simulation: users, ties, decisions, collective, platform, and what is measured.

    Only ``name``, ``population`` and ``platform`` have no default.
    """

    version: Literal[1] = 1
    """Version of the scenario format."""
    name: Annotated[str, AfterValidator(_printed)] = Field(min_length=1)
    """What the scenario is about."""
    rounds: int = Field(50, ge=1, le=10_000_000)
    """Number of rounds after round 0."""
    seed: int = Field(0, ge=0, lt=2**63)
    """Seed of all randomness."""
    replicates: int = Field(1, ge=1)
    """Number of runs with independent randomness."""
    population: Population
    """Who the users are and what data they hold."""
    network: Network = NoNetwork()
    """Who is tied to whom."""
    decision: Decision = BestResponse()
    """How users decide to join, stay or leave."""
    payoff: Payoff = Payoff()
    """What membership brings and costs."""
    collective: Collective = Collective()
    """How the collective starts, and what it submits."""
    platform: Platform
    """What the platform does with submissions."""
    measure: Measure = Measure()
    """What is measured."""
    schedule: dict[str, Course] = Field(default_factory=dict)
    """Settings that change over the rounds, by dotted key: pairs of a round and a value."""
    stop: Stop = Never()
    """When a run ends before its last round."""
    sweep: Sweep = Sweep()
    """Settings to vary in a sweep."""

    @model_validator(mode="wrap")
    @classmethod
    def _all_problems_at_once(cls, value: Any, handler: ValidatorFunctionWrapHandler) -> Self:
        """Add contradictions between sections to what is wrong inside them."""
        try:
            scenario: Self = handler(value)
        except ValidationError as error:
            sound = _sound_sections(cls, value, error)
            raise nest(cls.__name__, error, cross_check(sound)) from None
        contradictions = cross_check({name: getattr(scenario, name) for name in cls.model_fields})
        contradictions += scenario._schedule_problems()
        if contradictions:
            raise nest(cls.__name__, None, contradictions)
        return scenario

    def replace(self, changes: dict[str, Any]) -> Self:
        """Return the scenario with settings changed, by dotted key.

        Changing a ``kind`` drops the parameters of the old kind.

        Raises
        ------
        ScenarioError
            If a key or a value does not fit.

        >>> import groundswell as gs
        >>> scenario = gs.load("quickstart").replace({"platform.learner.kind": "naive-bayes"})
        >>> str(scenario.platform.learner)
        'naive-bayes'
        """
        return validated(type(self), override(self.given(), changes))

    def at(self, number: int) -> Scenario:
        """Return the scenario as it is in a round, without a schedule.

        Raises
        ------
        ScenarioError
            If a value does not fit; not with a scenario that was validated with its schedule.

        >>> import groundswell as gs
        >>> course = {"schedule": {"payoff.cost": [[0, 0.5], [4, 0.9]]}}
        >>> scenario = gs.load("quickstart").replace(course)
        >>> [scenario.at(number).payoff.cost.value for number in (0, 2, 9)]
        [0.5, 0.7, 0.9]
        """
        if not self.schedule:
            return self
        changes = {key: course.at(number) for key, course in self.schedule.items()}
        settings = {key: one for key, one in self.given().items() if key != "schedule"}
        return validated(Scenario, override(settings, changes))

    def given(self) -> dict[str, Any]:
        """Return the settings that were given, also those that say what the default says."""
        return self.model_dump(exclude_unset=True, exclude_none=True)

    @property
    def last_change(self) -> int:
        """The last round in which the schedule changes anything."""
        return max((course.end for course in self.schedule.values()), default=-1)

    @property
    def telling_rounds(self) -> list[int]:
        """Rounds in which everything shows that can be wrong with what the schedule changes.

        Between two points of any course all go straight: what is wrong is so at one of the ends.
        """
        points = {number for one in self.schedule.values() for number, _ in one.points}
        beside = {number + step for number in points for step in (-1, 0, 1)}
        return sorted(number for number in beside if 0 <= number <= max(points))

    def scheduled(self, key: Key) -> Key:
        """Return where the schedule sets a setting."""
        for dotted in self.schedule:
            if overlap(split_key(dotted), key):
                return ("schedule", dotted)
        return ("schedule",)

    def _schedule_problems(self) -> Iterator[Problem]:
        """Find what may not change during a run, and values that do not fit."""
        swept = [key for key, _ in self.sweep.swept()]
        problems = list(schedule_problems(self.schedule, self.rounds, swept))
        yield from problems
        if problems:
            return
        first, *_ = telling = self.telling_rounds or [0]
        for number in telling:
            try:
                self.at(number)
            except ScenarioError as error:
                for problem in error.problems:
                    when = f"in round {number}: " if number > first else ""
                    whole = "valid integer" in problem.message
                    hint = '; use between = "step" for whole numbers' if whole else ""
                    yield Problem(self.scheduled(problem.key), f"{when}{problem.message}{hint}")
                return


def per_user(settings: BaseModel, key: Key = ()) -> Iterator[tuple[Key, Distribution]]:
    """Return all settings of a section that may differ between users, with their keys."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, Distribution):
            yield (*key, name), value
        elif isinstance(value, BaseModel):
            yield from per_user(value, (*key, name))


def _sound_sections(cls: type[Scenario], value: Any, error: ValidationError) -> dict[str, Any]:
    """Validate again, one by one, the sections in which nothing was found wrong."""
    if not isinstance(value, dict):
        return {}
    wrong = {problem["loc"][0] for problem in error.errors() if problem["loc"]}
    sound = {}
    for name, field in cls.model_fields.items():
        if name in wrong or not (name in value or not field.is_required()):
            continue
        given = value.get(name, field.get_default(call_default_factory=True))
        annotation: Any = field.annotation
        is_section = isinstance(annotation, type) and issubclass(annotation, Settings)
        sound[name] = annotation.model_validate(given) if is_section else given
    return sound
