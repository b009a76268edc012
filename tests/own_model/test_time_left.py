"""One estimate over all steps of a training."""

from handpad.own_model.time_left import LEAST, TimeLeft


def test_later_steps_count_from_the_beginning_so_that_nothing_begins_anew():
    left = TimeLeft(["fit", "export", "compare"], {}, {"export": 0.1, "compare": 0.05})
    left.begin(0.0)
    assert left.at(1.0, None) == (0.0, None)
    share, seconds = left.at(10.0, 990.0)
    assert seconds == 990 + 100 + 50 and 0 < share < 0.02
    told = [left.at(now, 1000.0 - now) for now in (200.0, 600.0, 999.0)]
    left.begin(1000.0)
    told += [left.at(1001.0, None), left.at(1050.0, 45.0), left.at(1090.0, 5.0)]
    shares, seconds = zip(*told, strict=True)
    assert list(shares) == sorted(shares) and shares[-1] < 1
    assert list(seconds) == sorted(seconds, reverse=True)


def test_a_planned_time_counts_until_something_better_is_known():
    left = TimeLeft(["segments", "sequence"], {"sequence": 600.0}, {})
    left.begin(0.0)
    assert left.at(0.0, 60.0)[1] == 660
    left.begin(60.0)
    assert left.at(160.0, None)[1] == 500
    left.plan(300.0)
    assert left.at(160.0, None)[1] == 200


def test_several_steps_of_one_kind():
    left = TimeLeft(["prepare", "prepare", "combine"], {}, {"combine": 0.2})
    left.begin(0.0)
    assert left.at(0.0, 50.0)[1] == 50 + 50 + 10
    left.begin(50.0)
    share, seconds = left.at(60.0, 10.0)
    assert seconds == 10 + LEAST and share > 0.75
