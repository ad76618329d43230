"""HOTA, CLEAR MOT and identity metrics of Footpath's paths, computed by TrackEval with MOT17's preprocessing."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from trackeval.datasets import MotChallenge2DBox
from trackeval.metrics import CLEAR, HOTA, Identity

from ground_truth import GroundTruth
from records import Paths


@dataclass(frozen=True)
class TrackMetrics:
    """Percentages, but for the two counts. HOTA, DetA and AssA are means over the localisation thresholds."""

    hota: float
    deta: float
    assa: float
    idf1: float
    mota: float
    id_switches: int
    fragments: int


def track_metrics(truth: GroundTruth, paths: Paths) -> TrackMetrics:
    """Evaluates the paths; those matched to distractors are taken out first, as MOTChallenge does."""
    with tempfile.TemporaryDirectory() as folder:
        data = _load_with_trackeval(Path(folder), truth, paths)
    quiet = {"PRINT_CONFIG": False}
    hota = HOTA().eval_sequence(data)
    clear = CLEAR(quiet).eval_sequence(data)
    identity = Identity(quiet).eval_sequence(data)
    return TrackMetrics(
        hota=100 * np.mean(hota["HOTA"]),
        deta=100 * np.mean(hota["DetA"]),
        assa=100 * np.mean(hota["AssA"]),
        idf1=100 * identity["IDF1"],
        mota=100 * clear["MOTA"],
        id_switches=int(clear["IDSW"]),
        fragments=int(clear["Frag"]),
    )


def _load_with_trackeval(folder: Path, truth: GroundTruth, paths: Paths) -> dict:
    """Lays the two files out as TrackEval expects them, and lets it read and preprocess them."""
    truth_file = folder / "truth.txt"
    np.savetxt(truth_file, truth.rows, delimiter=",", fmt="%g")
    tracker_file = folder / "footpath" / "data" / "video.txt"
    tracker_file.parent.mkdir(parents=True)
    tracker_file.write_text(
        "".join(
            ",".join(map(str, (point.frame + 1, point.track, *point.box, point.confidence, -1, -1, -1))) + "\n"
            for point in paths.points
        )
    )
    dataset = MotChallenge2DBox(
        {
            "GT_FOLDER": str(folder),
            "GT_LOC_FORMAT": str(truth_file),
            "TRACKERS_FOLDER": str(folder),
            "TRACKERS_TO_EVAL": ["footpath"],
            "BENCHMARK": "MOT17",
            "SEQ_INFO": {"video": max(truth.last_frame, paths.frames)},
            "SKIP_SPLIT_FOL": True,
            "PRINT_CONFIG": False,
        }
    )
    return dataset.get_preprocessed_seq_data(dataset.get_raw_seq_data("footpath", "video"), "pedestrian")
