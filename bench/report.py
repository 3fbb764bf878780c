"""The table."""

from __future__ import annotations

from bench.budgets import BUDGETS, Budget
from bench.rig import Figure

Earlier = dict[str, tuple[str, float]]

_HEAD = ("work", "unit", "GoToSocial", "budget", "ours", "database", "", "before")
_WIDTHS = (34, 8, 11, 9, 9, 9, 18, 0)


def table(name: str, engine: str, figures: list[Figure], earlier: Earlier) -> str:
    """The figures of one combination against the budgets; processor time unless the unit says otherwise."""
    found = {figure.key: figure for figure in figures}
    rows = [_row(budget, engine, found[budget.key], earlier) for budget in BUDGETS if budget.key in found]
    lines = [_line(_HEAD), *(_line(row) for row in rows)]
    return "\n".join([f"\n{name}", *lines])


def summary(found: dict[str, list[Figure]]) -> str:
    """How many budgets are kept, and which are not."""
    lines, kept, judged = [], 0, 0
    by_key = {budget.key: budget for budget in BUDGETS}
    for name, figures in found.items():
        engine = name.split()[1]
        for figure in figures:
            budget = by_key[figure.key]
            if budget.limit_for(engine) is None:
                continue
            judged += 1
            if budget.is_met(figure.value, engine):
                kept += 1
            else:
                verdict = _verdict(budget, engine, figure.value)
                lines.append(f"  {name}: {budget.work}: {_number(figure.value)} {budget.unit}, {verdict}")
    return "\n".join([f"\n{kept} of {judged} budgets kept.", *lines])


def _row(budget: Budget, engine: str, figure: Figure, earlier: Earlier) -> tuple[str, ...]:
    limit = budget.limit_for(engine)
    sign = ">=" if budget.at_least else "<="
    return (
        budget.work,
        budget.unit if budget.unit != "ms" else "ms CPU",
        budget.gotosocial,
        f"{sign} {limit:g}" if limit is not None else "",
        _number(figure.value),
        f"+{_number(figure.database)}" if figure.database else "",
        _verdict(budget, engine, figure.value),
        _ratio(budget, figure, earlier),
    )


def _verdict(budget: Budget, engine: str, value: float) -> str:
    limit = budget.limit_for(engine)
    if limit is None:
        return ""
    if budget.is_met(value, engine):
        return "met"
    if not limit or not value:
        return "MISSED"
    return f"MISSED by x {limit / value if budget.at_least else value / limit:.2f}"


def _ratio(budget: Budget, figure: Figure, earlier: Earlier) -> str:
    commit, before = earlier.get(budget.key, ("", 0.0))
    return f"x {figure.value / before:.2f} of {commit}" if before else ""


def _number(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"


def _line(cells: tuple[str, ...]) -> str:
    return "  " + " ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()
