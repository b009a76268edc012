import pytest

from handpad.errors import DataError
from handpad.train.measure.unseen import NONE_TRAINED_ON, unseen_writers

WRITERS = ["site/0", "site/1", "site/2", "site/3"]


def model(**writers: list[str]) -> dict:
    """A model's description: fitted on "own" if writers are named."""
    return {"provenance": {"data": {"name": "own" if writers else "another"}, "writers": writers}}


def unseen(part: str, otherwise: str | None = None, **models: dict) -> tuple[list[str], str]:
    return unseen_writers("own", WRITERS, models, part, otherwise)


ONE = model(train=["site/0"], validation=["site/1"], test=["site/2", "site/3"])


def test_the_writers_that_all_left_out():
    other = model(train=["site/0"], validation=["site/1"], test=["site/3"])
    assert unseen("test", one=ONE) == (["site/2", "site/3"], "test writers")
    assert unseen("test", one=ONE, other=other, stranger=model()) == (["site/3"], "test writers")
    assert unseen("validation", one=ONE, other=other)[0] == ["site/1"]


def test_of_a_model_fitted_on_other_data_all_are_unseen():
    assert unseen("test", stranger=model()) == (WRITERS, NONE_TRAINED_ON)
    assert unseen("test", unknown={}) == (WRITERS, NONE_TRAINED_ON)


def test_a_writer_that_one_was_trained_on_is_refused():
    for part in ("train", "validation"):
        parts = {"train": ["site/0"], "validation": ["site/0"], part: ["site/0", "site/2"], "test": ["site/3"]}
        with pytest.raises(DataError, match=r"^other was trained on 1 of the 2 test writers .* site/2"):
            unseen("test", one=ONE, other=model(**parts))


def test_a_model_that_left_nobody_out_is_refused():
    everyone = model(train=WRITERS, validation=[], test=[])
    with pytest.raises(DataError, match="everyone held back no test writers of own"):
        unseen("test", one=ONE, everyone=everyone)


def test_a_model_that_left_out_other_writers_only_is_refused():
    with pytest.raises(DataError, match="one held back no test writers of own"):
        unseen("test", one=model(train=["site/0"], test=["site/9"]))


def test_writers_of_whom_the_data_set_had_nothing_belong_where_the_caller_says():
    few = model(train=["site/0"], validation=["site/1"], test=["site/2"])
    assert unseen("test", one=few)[0] == ["site/2"]
    assert unseen("test", otherwise="test", one=few)[0] == ["site/2", "site/3"]
