"""The words of synthetic résumés: roots of occupations, and the forms they come in."""

from __future__ import annotations

ROOTS = {
    "accountant": "account audit budget credit debit expense invoice ledger payroll profit tax",
    "chef": "bake broil dessert flavour grill ingredient kitchen menu oven recipe sauce",
    "designer": "brand canvas colour font graphic illustrate layout palette pixel sketch studio",
    "developer": "bug code compile database debug deploy framework merge refactor script server",
    "driver": "cargo dispatch freight fuel highway mileage parcel route tow trailer vehicle",
    "electrician": "breaker cable circuit conduit fuse meter socket solder transformer volt wire",
    "lawyer": "appeal clause contract counsel court law litigate plea statute trial verdict",
    "nurse": "bandage clinic dose hospital medicine patient pulse surgeon triage vaccine ward",
    "teacher": "chalk classroom curriculum exam grade homework lesson pupil school syllabus tutor",
    "translator": "accent dialect dictionary glossary grammar idiom interpret language proofread "
    "subtitle transcribe",
}
"""Eleven roots for each occupation, none in two of them."""

GENERAL = (
    "achieve career client communicate company coordinate develop experience goal improve lead "
    "manage motivate office organise plan project report skill support team train"
)
"""Roots that belong to no occupation."""

FORMS = ("{}", "{}s", "{}work", "{}desk", "{}team", "{}plan", "{}log", "{}skills", "pre{}", "re{}")
"""Forms a root comes in: compounds without a hyphen, so that each is one word to any learner."""


def words(roots: str) -> list[str]:
    """Return all forms of roots.

    >>> words("recipe sauce")[:4]
    ['recipe', 'recipes', 'recipework', 'recipedesk']
    """
    return [form.format(root) for root in roots.split() for form in FORMS]
