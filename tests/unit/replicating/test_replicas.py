"""The runs of a preset are those of the same overrides typed by hand."""

from experiments.configuration import Preset, compose
from experiments.replicating.replicas import replicas
from experiments.running import Job

NUMBERS = [{"metric": "test/accuracy"}]
PRESET = Preset.of(
    {
        "title": "t",
        "source": "s",
        "settings": {"loss": "ce", "dataset.split_seed": "${seed}"},
        "cases": [
            {"settings": {"epochs": 2, "architecture.sizes": [784, 10]}, "numbers": NUMBERS},
            {"settings": {"epochs": 3}, "numbers": NUMBERS},
        ],
    }
)


def typed(*words: str) -> str:
    config = compose(words)
    return Job.of(config, config.hydra).identity


def test_every_case_has_a_run_on_every_seed() -> None:
    found = replicas("p", PRESET, [0, 4], ["l2=1"])
    assert [(each.case, each.seed) for each in found] == [(0, 0), (0, 4), (1, 0), (1, 4)]
    assert [each.job.name for each in found[:3]] == [
        "p epochs=2 sizes=784-10 seed=0",
        "p epochs=2 sizes=784-10 seed=4",
        "p epochs=3 seed=0",
    ]


def test_the_runs_have_the_identities_of_those_typed_by_hand() -> None:
    found = replicas("p", PRESET, [0, 4], ["l2=1"])
    assert found[1].job.identity == typed(
        "loss=ce",
        "epochs=2",
        "architecture.sizes=[784,10]",
        "l2=1",
        "dataset.split_seed=4",
        "seed=4",
    )
    assert found[2].job.identity == typed("loss=ce", "epochs=3", "l2=1", "seed=0")
    assert found[2].job.overrides == [
        "loss=ce",
        "dataset.split_seed=${seed}",
        "epochs=3",
        "l2=1",
        "seed=0",
    ]
