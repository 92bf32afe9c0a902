"""Users as Mesa agents: views on the columns, made on first look and kept."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from numpy.typing import NDArray

try:
    from mesa.agentset import AgentSet, GroupBy
except ModuleNotFoundError:  # before Mesa 3.5, the first that needs Python 3.12
    from mesa.agent import AgentSet, GroupBy

if TYPE_CHECKING:
    from groundswell.model import CollectiveActionModel


class User(mesa.Agent):
    """A user of the platform: its attributes read and write the model's columns.

    Subclass it with a method ``decide(self) -> bool`` (is it a member after this revision?) and
    give the class to the model to replace the decision rule; activation stays the scenario's.

    Attributes
    ----------
    row
        Position of the user in every column; ``unique_id`` is ``row + 1``.
    joined, committed, ...
        Whatever columns the model has, see ``list(model.columns)``.
    """

    def __init__(self, model: CollectiveActionModel, row: int) -> None:
        # mesa.Agent.__init__ would register the view with the model, which lists all users
        # whether they have been looked at or not, and count it in Agent._ids.
        self.model = model
        self.row = row
        self.unique_id = row + 1
        self.pos = None

    def __getattr__(self, name: str) -> Any:
        model = self.__dict__.get("model")
        if model is None or name not in model.columns:
            raise AttributeError(f"a user has no attribute '{name}'")
        return model.columns[name][self.row].item()

    def __setattr__(self, name: str, value: Any) -> None:
        model = self.__dict__.get("model")
        if model is not None and name in model.columns:
            model.columns.write(name, self.row, value)
        else:
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.row})"

    @property
    def degree(self) -> int:
        """Number of neighbours."""
        return int(self.model.ties.degree[self.row])

    @property
    def neighbours(self) -> Users:
        """The users it is tied to; with directed ties, those who influence it."""
        return self.model.agents.of_rows(self.model.ties.neighbours(self.row))

    @property
    def joined_share(self) -> float:
        """Share of its neighbours, by weight, that are members; 0 without neighbours."""
        return self.model.ties.joined_share_of(self.row, self.model.columns["joined"])

    def remove(self) -> None:
        """Refuse: the number of users is fixed."""
        raise NotImplementedError("users cannot be removed; set joined = False to leave")


class Users(AgentSet):
    """A set of users, by row: `get`, `set`, `agg`, `groupby` and masks work on whole columns.

    What Mesa's `AgentSet` offers beyond that works on the views, made when first needed.

    Parameters
    ----------
    model
        The model whose users they are.
    rows
        Their rows, in order; None for everybody.
    """

    def __init__(self, model: CollectiveActionModel, rows: NDArray[np.int64] | None = None) -> None:
        self.model = model
        self.rows = np.arange(model.columns.users) if rows is None else np.asarray(rows)
        self.random: Random = model.random

    def of_rows(self, rows: NDArray[np.int64]) -> Users:
        """Return the users with given rows."""
        return Users(self.model, rows)

    @property
    def _agents(self) -> weakref.WeakKeyDictionary[User, None]:
        # Mesa's own methods go through this mapping; the model keeps the views alive.
        return weakref.WeakKeyDictionary(dict.fromkeys(self))

    @_agents.setter
    def _agents(self, agents: Iterable[User]) -> None:
        self.rows = np.array([user.row for user in agents], dtype=np.int64)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[User]:
        return map(self.model.user, self.rows.tolist())

    def __contains__(self, agent: object) -> bool:
        return (
            isinstance(agent, User)
            and agent.model is self.model
            and bool((self.rows == agent.row).any())
        )

    def __getitem__(self, item: Any) -> Any:
        chosen = self.rows[item]
        return (
            list(self.of_rows(chosen)) if isinstance(item, slice) else self.model.user(int(chosen))
        )

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model, "rows": self.rows, "random": self.random}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def column(self, name: str) -> NDArray[Any]:
        """Return an attribute of these users as an array.

        Raises
        ------
        AttributeError
            If users have no such column.
        """
        if name not in self.model.columns:
            raise AttributeError(
                f"users have no column '{name}'; known: {list(self.model.columns)}"
            )
        values: NDArray[Any] = self.model.columns[name][self.rows]
        return values

    def _has_columns(self, names: Iterable[str]) -> bool:
        return all(name in self.model.columns for name in names)

    def select(
        self,
        filter_func: Callable[[User], bool] | NDArray[np.bool_] | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type[mesa.Agent] | None = None,
    ) -> Users:
        """Select users by a mask (one value per user of this set) or by a function of a user."""
        keep = np.ones(len(self), dtype=bool)
        if agent_type is not None and not issubclass(self.model.user_class, agent_type):
            keep[:] = False
        if isinstance(filter_func, np.ndarray):
            if filter_func.shape != keep.shape or filter_func.dtype != bool:
                raise ValueError(f"a mask needs one bool for each of {len(self)} users")
            keep &= filter_func
        elif filter_func is not None:
            keep &= np.fromiter((bool(filter_func(user)) for user in self), bool, len(self))
        rows = self.rows[keep]
        if at_most != float("inf"):
            share = isinstance(at_most, float) and at_most <= 1  # as in Mesa
            rows = rows[: int(len(self) * at_most if share else at_most)]
        if not inplace:
            return self.of_rows(rows)
        self.rows = rows
        return self

    def shuffle(self, inplace: bool = False) -> Users:
        """Return the users in random order."""
        rows = self.rows.tolist()
        self.random.shuffle(rows)
        return self._ordered(rows, inplace)

    def sort(
        self,
        key: Callable[[User], Any] | str,
        ascending: bool = False,
        inplace: bool = False,
    ) -> Users:
        """Return the users sorted by an attribute or a function of a user."""
        ordered = super().sort(key, ascending=ascending)
        return self._ordered([user.row for user in ordered], inplace)

    def _ordered(self, rows: list[int], inplace: bool) -> Users:
        if not inplace:
            return self.of_rows(np.array(rows, dtype=np.int64))
        self.rows = np.array(rows, dtype=np.int64)
        return self

    def get(
        self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None
    ) -> list[Any]:
        """Return attributes of the users; one list per user if several are asked for."""
        names = [attr_names] if isinstance(attr_names, str) else attr_names
        if not self._has_columns(names):
            values: list[Any] = super().get(attr_names, handle_missing, default_value)
            return values
        if isinstance(attr_names, str):
            return list(self.column(attr_names).tolist())
        columns = (self.column(name).tolist() for name in names)
        return [list(row) for row in zip(*columns, strict=True)]

    def set(self, attr_name: str, value: Any) -> Users:
        """Set an attribute of all these users; an array gives each its own."""
        if attr_name in self.model.columns:
            self.model.columns.write(attr_name, self.rows, value)
        else:
            super().set(attr_name, value)
        return self

    def agg(self, attribute: str, func: Any) -> Any:
        """Aggregate an attribute with one function or several."""
        known = attribute in self.model.columns
        values = self.column(attribute) if known else self.get(attribute)
        return func(values) if callable(func) else [f(values) for f in func]

    def groupby(self, by: Callable[[User], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Group the users by an attribute or by a function of a user."""
        if isinstance(by, str) and by in self.model.columns:
            keys, group = np.unique(self.column(by), return_inverse=True)
            groups = {key: self.rows[group == i] for i, key in enumerate(keys.tolist())}
        else:
            found = defaultdict(list)
            for user in self:
                found[by(user) if callable(by) else getattr(user, by)].append(user.row)
            groups = {key: np.array(rows, dtype=np.int64) for key, rows in found.items()}
        sets = {key: self.of_rows(rows) for key, rows in groups.items()}
        return GroupBy(sets if result_type == "agentset" else {k: list(v) for k, v in sets.items()})

    def add(self, agent: User) -> None:
        """Add a user of the model to the set."""
        if agent not in self:
            self.rows = np.append(self.rows, agent.row)

    def discard(self, agent: User) -> None:
        """Take a user out of the set."""
        self.rows = self.rows[self.rows != agent.row]

    def remove(self, agent: User) -> None:
        """Take a user out of the set; it must be in it."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)
