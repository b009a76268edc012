"""A short run of the campaign in pages.py."""

import importlib.util
from pathlib import Path


def test_a_short_campaign_finds_no_fault(qapp):
    spec = importlib.util.spec_from_file_location("page_faults", Path(__file__).with_name("pages.py"))
    faults = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(faults)
    found = faults.run(count=60, seed=7, kill_count=2, full_count=1)
    assert found.keys() == set(faults.FAULTS)
    assert not any(found.values()), found
