"""Who is tied to whom: networks that are generated, named, or read from a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from groundswell.agents import graphs
from groundswell.agents.homophily import Homophily
from groundswell.agents.ties import Ties, complete_ties, from_pairs, no_ties
from groundswell.component import Component
from groundswell.problems import InputError, did_you_mean

if TYPE_CHECKING:
    from groundswell.agents.edge_pairs import EdgePairs


class Network(Component):
    """The users' ties."""

    part: ClassVar[str] = "network"
    default_kind = "none"
    homophily: Homophily | None = None
    """Deal data out so that tied users are alike in ``column``, as much as ``target`` says."""
    node: str | None = None
    """Column of a table population that says which node, by its id, a user is."""

    @model_validator(mode="after")
    def _one_place_each(self) -> Self:
        if self.homophily is not None and self.node is not None:
            raise ValueError("'node' says where users are; leave 'homophily' out, which moves them")
        return self

    @property
    def has_ties(self) -> bool:
        """Whether users have neighbours at all."""
        return True

    def size(self) -> int | None:
        """Return the number of users the network has by itself, None if any number fits."""
        return None

    def expected_ties(self, users: int) -> float:
        """Return about how many ties will be stored, to refuse what memory cannot hold."""
        return 0.0

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return the ties of N users.

        Raises
        ------
        InputError
            If the network cannot have that many users.
        """
        raise NotImplementedError


class NoNetwork(Network):
    """Users have no ties."""

    kind: Literal["none"] = "none"

    @property
    def has_ties(self) -> bool:
        """Nobody has neighbours."""
        return False

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return no ties."""
        return no_ties(users)


class Complete(Network):
    """Everybody is tied to everybody else (never stored as edges)."""

    kind: Literal["complete"] = "complete"

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return the complete graph."""
        return complete_ties(users)


class EvenDegree(Network):
    """Networks that start from a ring with the same number of neighbours on each side."""

    degree: int = Field(10, ge=2, multiple_of=2)
    """Number of neighbours, half of them on each side; even."""

    def expected_ties(self, users: int) -> float:
        """Half the degree per user."""
        return users * self.degree / 2

    def check_size(self, users: int) -> None:
        """Refuse a ring that would meet itself."""
        if users <= self.degree:
            raise InputError(
                f"degree {self.degree} needs more than {self.degree} users, found {users:,}",
                key=("degree",),
            )


class Ring(EvenDegree):
    """Ring lattice: each user is tied to its ``degree`` nearest."""

    kind: Literal["ring"] = "ring"

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return the ring lattice."""
        self.check_size(users)
        return from_pairs(users, *graphs.ring(users, self.degree))


class WattsStrogatz(EvenDegree):
    """Small world: a ring lattice with a share of its ties rewired (Watts & Strogatz 1998)."""

    kind: Literal["watts-strogatz"] = "watts-strogatz"
    rewire: float = Field(0.1, ge=0, le=1)
    """Probability that a tie is moved to a random user."""

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return a small world; every user keeps at least half its ring ties' number."""
        self.check_size(users)
        return from_pairs(users, *graphs.watts_strogatz(users, self.degree, self.rewire, rng))


class ErdosRenyi(Network):
    """Random graph G(N, p) with p = mean_degree / (N - 1) (Erdős & Rényi 1959, Gilbert 1959)."""

    kind: Literal["erdos-renyi"] = "erdos-renyi"
    mean_degree: float = Field(10.0, ge=0)
    """Expected number of neighbours."""

    def expected_ties(self, users: int) -> float:
        """Half the mean degree per user."""
        return users * self.mean_degree / 2

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return one draw of G(N, p)."""
        if self.mean_degree > users - 1:
            raise InputError(
                f"mean degree {self.mean_degree:g} is more than the {users - 1:,} other users",
                key=("mean_degree",),
            )
        return from_pairs(users, *graphs.erdos_renyi(users, self.mean_degree, rng))


class BarabasiAlbert(Network):
    """Preferential attachment: newcomers tie to ``ties`` users in proportion to their degree.

    Starts from a star of ``ties`` + 1 users (Barabási & Albert 1999; networkx's convention).
    """

    kind: Literal["barabasi-albert"] = "barabasi-albert"
    ties: int = Field(5, ge=1)
    """Ties that each newcomer makes."""

    def expected_ties(self, users: int) -> float:
        """One newcomer's ties per user."""
        return float(users * self.ties)

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return one draw."""
        if users <= self.ties:
            raise InputError(
                f"{self.ties} ties per newcomer need more than {self.ties} users, found {users:,}",
                key=("ties",),
            )
        return from_pairs(users, *graphs.barabasi_albert(users, self.ties, rng))


class EdgeList(Network):
    """Ties read from a file: pairs of user ids, one a line, or GraphML or GEXF by its suffix.

    Ids are any text without separators: white space, commas and semicolons. A word that starts
    with ``#`` or ``%`` starts a comment. Users are numbered in ascending order of their ids if
    all of them are integers, else in the order of their characters.
    """

    kind: Literal["edge-list"] = "edge-list"
    path: str = Field(json_schema_extra={"file": True})
    """The file."""
    directed: bool | None = None
    """Influence flows along the arrow: of ``a b``, a influences b. By default as a GraphML or
    GEXF file says, and in both directions in a list of pairs."""
    weighted: bool = False
    """Ties weigh what the third column says, or the attribute ``weight``: users see the weight of
    their joined neighbours as a share of that of all. Refused where nobody would look at it."""

    def size(self) -> int:
        """Return the number of distinct ids."""
        return self._read().users

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return the ties of the file."""
        from groundswell.agents.edge_pairs import refuse_two_weights

        pairs = self._read()
        if self.directed and pairs.directed is False:
            raise InputError("the ties of the file have no direction", key=("directed",))
        directed = bool(pairs.directed) if self.directed is None else self.directed
        refuse_two_weights(self.path, pairs, directed=directed)
        ties = from_pairs(users, pairs.a, pairs.b, pairs.weights, directed=directed)
        return replace(ties, ids=pairs.ids, notes=(*pairs.notes, *ties.notes))

    def _read(self) -> EdgePairs:
        if Path(self.path).suffix.lower() in {".graphml", ".gexf"}:
            from groundswell.agents.graph_files import read_graph

            return read_graph(self.path, weighted=self.weighted)
        from groundswell.agents.edges import read_pairs

        return read_pairs(self.path, weighted=self.weighted)


NAMED = {
    "karate": "karate_club_graph",
    "les-miserables": "les_miserables_graph",
    "florentine-families": "florentine_families_graph",
    "davis-southern-women": "davis_southern_women_graph",
}


class Named(Network):
    """A real network that comes with networkx, unweighted."""

    kind: Literal["named"] = "named"
    name: str = Field(json_schema_extra={"enum": list(NAMED)})
    """karate, les-miserables, florentine-families or davis-southern-women."""

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in NAMED:
            raise ValueError(f"there is no network '{name}'{did_you_mean(name, NAMED)}")
        return name

    def size(self) -> int:
        """Return the number of nodes."""
        return len(graphs.named(NAMED[self.name])[0])

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return the network's ties."""
        names, a, b = graphs.named(NAMED[self.name])
        return replace(from_pairs(users, a, b), ids=tuple(names))
