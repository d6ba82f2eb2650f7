"""The messages of a cluster travel whole."""

import pickle

from experiments.cluster.messages import Outcome, Spec
from experiments.cluster.snapshot import Snapshot
from experiments.recording import Status
from experiments.sweeping import LastMessage

SNAPSHOT = Snapshot(journal=b"1\n", checkpoint=b"c", files={"weights/0000.npy": b"w"})


def test_they_travel_between_machines() -> None:
    spec = Spec(
        identity="0123",
        token="t",
        client="c",
        job=b"job",
        known=SNAPSHOT,
        data="sha",
        retries=2,
        time_limit=None,
    )
    last = LastMessage(Status.FAILED, "no memory")
    outcome = Outcome(worker="w0", refusal="", last=last, snapshot=SNAPSHOT)
    assert pickle.loads(pickle.dumps(spec)) == spec
    assert pickle.loads(pickle.dumps(outcome)) == outcome
