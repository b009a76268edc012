"""From one character or drawing of a page to another, as keys go."""

from handpad.page.page import Character, Page


def word_beside(page: Page, item: Character, step: int) -> Character:
    """The first character of the next word, or of this one or the one before; a drawing counts as a word.

    item : of ``page.items``. step : 1 or -1. At either end of the page it stays where it is.
    """
    words: list[tuple[Character, ...]] = [(one,) for one in page.items if one.strokes[0] in page.drawings]
    words += [word for row in page.lines for word in page.words(row)]
    place = {one: index for index, one in enumerate(page.items)}
    words.sort(key=lambda word: place[word[0]])
    index = next(number for number, word in enumerate(words) if item in word)
    if step > 0 or item == words[index][0]:
        index += step
    return words[min(max(index, 0), len(words) - 1)][0]


def row_beside(page: Page, item: Character, step: int) -> Character:
    """What stands nearest above (-1) or below (1) on the next line that holds anything; where there is none, item."""
    row, x = page.row(item), page.box(item).center[0]
    rows = {page.row(one) for one in page.items}
    target = [other for other in rows if (other - row) * step > 0]
    if not target:
        return item
    nearest = min(target, key=lambda other: abs(other - row))
    return min(
        (one for one in page.items if page.row(one) == nearest), key=lambda one: abs(page.box(one).center[0] - x)
    )
