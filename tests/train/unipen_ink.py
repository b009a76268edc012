"""Ink as UNIPEN writes it."""


def component(points) -> list[str]:
    """A pen-down component with y up, as UNIPEN has it, and an empty pen-up one after it."""
    return [".PEN_DOWN", *(f"{x:.1f} {-y:.1f}" for x, y in points[:, :2]), ".PEN_UP"]
