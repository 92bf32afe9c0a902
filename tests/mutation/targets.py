"""What is mutated, and which tests have to notice: the quickest and most specific first."""

from __future__ import annotations

MOVES = [
    "tests/agents/test_rest.py",
    "tests/agents/test_rule_borders.py",
    "tests/agents/test_what_parts_declare.py",
    "tests/agents/test_random_rules.py",
    "tests/agents/test_reference_engine.py",
]
ALL_AT_ONCE = [
    "tests/agents/test_attrition.py",
    *MOVES,
    "-k",
    "not reference_engine or weighted-synchronous or floating",
]
ONE_BY_ONE = [
    *MOVES,
    "-k",
    "rule_borders or test_rest or not synchronous and not inertial and not sequential"
    " and not karate and not albert and not strogatz and not everybody-share",
]
STRATEGIES = [
    "tests/agents/test_what_parts_declare.py",
    "tests/agents/test_planting_by_hand.py",
    "tests/agents/test_signal_and_strategy.py",
]
GRADIENTS = [
    "tests/agents/test_what_parts_declare.py",
    "tests/agents/test_gradients_by_hand.py",
    "tests/test_gradient_strategies.py",
    "-k",
    "not logistic and not signature_13 and not control_ and not library",
]
WEIGHTS = [
    "tests/platform/test_weight_rules.py",
    "tests/platform/test_networks.py",
    "tests/platform/test_validation.py",
]
STORE = [
    "tests/scenarios/test_store.py",
    "tests/faults/test_pipes.py",
    "tests/scenarios/test_tables.py",
    "tests/security/test_database.py",
]

TARGETS: dict[str, dict[str, list[str]]] = {
    "rules": {
        "groundswell/agents/decision.py": ALL_AT_ONCE,
        "groundswell/agents/random_rules.py": ["groundswell/agents/random_rules.py", *ALL_AT_ONCE],
        "groundswell/agents/turns.py": ONE_BY_ONE,
        "groundswell/agents/kernels.py": [
            "tests/agents/test_tally.py",
            "tests/agents/test_network.py",
            "-k",
            "tally or barabasi",
        ],
    },
    "strategies": {
        "groundswell/agents/strategy.py": STRATEGIES,
        "groundswell/agents/planting.py": STRATEGIES,
        "groundswell/agents/erasing.py": STRATEGIES,
        "groundswell/agents/gradient_strategy.py": GRADIENTS,
    },
    "bounds": {
        "groundswell/analysis/bounds.py": [
            "groundswell/analysis/bounds.py",
            "tests/analysis/test_bounds.py",
        ],
        "groundswell/analysis/gradient_bounds.py": [
            "groundswell/analysis/gradient_bounds.py",
            "tests/analysis/test_gradient_bounds.py",
            "tests/analysis/test_reach.py",
        ],
        "groundswell/analysis/certificate.py": [
            "groundswell/analysis/certificate.py",
            "tests/analysis/test_certificate_by_hand.py",
            "tests/analysis/test_certificate.py",
        ],
    },
    "weights": {
        "groundswell/platform/learners/weights.py": [
            "groundswell/platform/learners/weights.py",
            "tests/platform/test_weights.py",
        ],
        "groundswell/platform/learners/weighting.py": WEIGHTS,
        "groundswell/platform/learners/reweighting.py": WEIGHTS,
        "groundswell/platform/learners/robust.py": WEIGHTS,
    },
    "store": {
        "groundswell/scenarios/store.py": STORE,
        "groundswell/scenarios/database.py": STORE,
    },
}
"""Tests by module, by group. Tests that start another process would not see the mutant there."""
