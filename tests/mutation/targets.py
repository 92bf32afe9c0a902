"""What is mutated, and which tests have to notice: the quickest and most specific first."""

from __future__ import annotations

RULES = [
    "tests/agents/test_random_rules.py",
    "tests/agents/test_rule_properties.py",
    "tests/agents/test_users.py",
    "tests/agents/test_attrition.py",
    "tests/agents/test_payoff.py",
    "tests/agents/test_beliefs.py",
    "tests/agents/test_stopping.py",
    "tests/agents/test_joins.py",
    "tests/agents/test_published_dynamics.py",
    "tests/agents/test_same_numbers.py",
    "tests/agents/test_reference_engine.py",
    "tests/test_conformance.py",
    "tests/test_transcripts.py",
]
STRATEGIES = [
    "tests/agents/test_signal_and_strategy.py",
    "tests/test_gradient_strategies.py",
    "tests/test_theory_in_runs.py",
    "tests/test_conformance.py",
    "tests/test_transcripts.py",
]

TARGETS: dict[str, dict[str, list[str]]] = {
    "rules": {
        "groundswell/agents/decision.py": RULES,
        "groundswell/agents/random_rules.py": ["groundswell/agents/random_rules.py", *RULES],
        "groundswell/agents/turns.py": RULES,
        "groundswell/agents/kernels.py": [
            "tests/agents/test_tally.py",
            "tests/agents/test_network.py",
            "tests/agents/test_fast_graphs.py",
            *RULES,
        ],
    },
    "strategies": {
        "groundswell/agents/strategy.py": STRATEGIES,
        "groundswell/agents/planting.py": STRATEGIES,
        "groundswell/agents/erasing.py": STRATEGIES,
        "groundswell/agents/gradient_strategy.py": STRATEGIES,
    },
}
"""Tests by module, by group. Tests that start another process would not see the mutant there."""
