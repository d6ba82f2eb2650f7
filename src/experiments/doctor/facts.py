"""Everything that the doctor finds out about this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from experiments.doctor.blas import Blas, blas
from experiments.doctor.disk import Outputs, outputs
from experiments.doctor.images import Images, images
from experiments.doctor.memory import Memory, memory
from experiments.doctor.power import Power, power
from experiments.doctor.processor import Processor, processor
from experiments.doctor.sgemm import sgemm_speed
from experiments.doctor.store import Store, store
from experiments.doctor.versions import versions
from experiments.recording import RecordedTracking


@dataclass(frozen=True)
class Facts:
    """The facts, one field for each file of this room. ``sgemm`` is in GFlop/s."""

    processor: Processor
    memory: Memory | None
    power: Power
    blas: Blas
    sgemm: float
    versions: Mapping[str, str]
    outputs: Outputs
    store: Store
    images: Images


def examine(tracking: RecordedTracking, data: Path, *, downloadable: bool) -> Facts:
    """Return the facts, for runs with this store, outputs folder and folder of the data set.

    The store comes last, because MLflow's packages load other libraries and take time.
    """
    return Facts(
        processor=processor(),
        memory=memory(),
        power=power(),
        blas=blas(),
        sgemm=sgemm_speed(),
        versions=versions(),
        outputs=outputs(Path(tracking.outputs)),
        images=images(data, downloadable=downloadable),
        store=store(tracking),
    )
