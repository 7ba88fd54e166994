"""Every input that once broke a promise, and every sample that fuzzing begins with, holds it now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.fuzz import SEEDS, mutated
from tools.fuzz_targets import TARGETS

FOUND = sorted(SEEDS.rglob("*.bin"))


@pytest.mark.parametrize("path", FOUND, ids=[f"{path.parent.name}-{path.stem}" for path in FOUND])
def test_what_fuzzing_found_stays_mended(path: Path) -> None:
    TARGETS[path.parent.name].run(path.read_bytes())


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_the_samples_hold_before_anything_is_done_to_them(name: str) -> None:
    for sample in TARGETS[name].samples():
        TARGETS[name].run(sample)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_token_is_survived_in_the_middle_of_a_sample(name: str) -> None:
    target = TARGETS[name]
    sample = target.samples()[0]
    for token in target.tokens:
        target.run(mutated(sample, [(0.5, 3, token, 3)]))
