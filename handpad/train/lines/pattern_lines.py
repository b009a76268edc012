"""Lines of what people write that is not running text: numbers, dates, prices, sums, addresses, codes."""

import random
import re
import string
from collections.abc import Iterator


def pattern_lines(count: int, seed: int) -> Iterator[str]:
    """Lines of what people write that is not running text: numbers, dates, prices, sums, addresses, codes."""
    rng = random.Random(seed)

    def digits(least: int, most: int) -> str:
        return "".join(rng.choices(string.digits, k=rng.randint(least, most)))

    def letters(least: int, most: int) -> str:
        return "".join(rng.choices(string.ascii_lowercase, k=rng.randint(least, most)))

    def number() -> str:
        return rng.choice(
            (digits(1, 3), digits(1, 5), f"{rng.randint(1, 999)}.{digits(1, 2)}", f"{rng.randint(1, 99)}%")
        )

    def total() -> str:
        sign = rng.choice(("+", "-", "x", "*", "/", ":"))
        return rng.choice(("{} {} {} = {}", "{}{}{}={}")).format(number(), sign, number(), number())

    def price() -> str:
        return rng.choice(("${}", "{} $", "EUR {}", "{}", "USD {}")).format(f"{rng.randint(1, 2000)}.{digits(2, 2)}")

    def date() -> str:
        d, m, y = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1950, 2035)
        month = rng.choice(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
        return rng.choice((f"{d}.{m}.{y}", f"{m}/{d}/{y % 100:02d}", f"{y}-{m:02d}-{d:02d}", f"{d} {month} {y}"))

    def clock() -> str:
        return rng.choice(("{}:{:02d}", "{}:{:02d} am", "{}:{:02d} pm")).format(rng.randint(1, 23), rng.randint(0, 59))

    def telephone() -> str:
        shape = rng.choice(("### ### ####", "(###) ###-####", "+## ### #######", "0### ######", "###-####"))
        return re.sub("#", lambda _: rng.choice(string.digits), shape)

    def address() -> str:
        name = rng.choice((letters(3, 8), f"{letters(3, 7)}.{letters(4, 9)}", f"{letters(3, 7)}{digits(1, 3)}"))
        ending = rng.choice(("com", "org", "net", "de", "co.uk", "edu", "io"))
        return rng.choice((f"{name}@{letters(3, 9)}.{ending}", f"www.{letters(4, 10)}.{ending}"))

    def code() -> str:
        shape = rng.choice(
            ("A#-##A", "AA ### AA", "AAA-###", "#A##", "A####", "aA#aA##", "A#A #A#", "####-####", "a##-aa")
        )
        shape = re.sub("a", lambda _: rng.choice(string.ascii_lowercase), shape)
        shape = re.sub("A", lambda _: rng.choice(string.ascii_uppercase), shape)
        return re.sub("#", lambda _: rng.choice(string.digits), shape)

    def alphabet() -> str:
        row = rng.choice((string.ascii_lowercase, string.ascii_uppercase, string.digits, "1234567890"))
        start = rng.choice((0, 0, rng.randrange(len(row))))
        return rng.choice(("", " ")).join(row[start : start + rng.randint(5, 26)])

    def signs() -> str:
        return rng.choice((" ", "")).join(rng.choices(string.punctuation, k=rng.randint(2, 6)))

    makers = (number, total, price, date, clock, telephone, address, code, alphabet, signs)
    for _ in range(count):
        maker = rng.choice(makers)
        yield " ".join(maker() for _ in range(1 if maker in (alphabet, address) else rng.randint(1, 4)))
