"""HOTA, CLEAR MOT and identity metrics of MOTChallenge results, computed by TrackEval."""

import contextlib
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from trackeval.datasets import MotChallenge2DBox
from trackeval.metrics import CLEAR, HOTA, Identity

from track_sequences import Sequence

HEADINGS = ["HOTA", "DetA", "AssA", "IDF1", "MOTA", "recall", "IDs", "Frag"]
_QUIET = {"PRINT_CONFIG": False}


@dataclass(frozen=True)
class Score:
    """TrackEval's results of a sequence, or of several together."""

    hota: dict
    clear: dict
    identity: dict

    def cells(self) -> list[str]:
        """In the order of HEADINGS; percentages, but for the last two."""
        percentages = [
            np.mean(self.hota["HOTA"]),
            np.mean(self.hota["DetA"]),
            np.mean(self.hota["AssA"]),
            self.identity["IDF1"],
            self.clear["MOTA"],
            self.clear["CLR_Re"],
        ]
        counts = [self.clear["IDSW"], self.clear["Frag"]]
        return [f"{100 * value:.1f}" for value in percentages] + [str(int(count)) for count in counts]


def score(sequence: Sequence, results: str) -> Score:
    """Evaluates results in MOTChallenge's text format, with the preprocessing of the sequence's benchmark."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        file = Path(folder) / "tracker" / "data" / f"{sequence.name}.txt"
        file.parent.mkdir(parents=True)
        file.write_text(results)
        dataset = MotChallenge2DBox(
            {
                "GT_FOLDER": str(sequence.folder),
                "GT_LOC_FORMAT": str(sequence.folder.resolve() / "gt/gt.txt").replace("{", "{{").replace("}", "}}"),
                "TRACKERS_FOLDER": folder,
                "TRACKERS_TO_EVAL": ["tracker"],
                "BENCHMARK": "MOT17" if sequence.has_distractors else "MOT15",
                "DO_PREPROC": sequence.has_distractors,
                "SEQ_INFO": {sequence.name: sequence.frames},
                "SKIP_SPLIT_FOL": True,
                "PRINT_CONFIG": False,
            }
        )
        data = dataset.get_preprocessed_seq_data(dataset.get_raw_seq_data("tracker", sequence.name), "pedestrian")
    return Score(HOTA().eval_sequence(data), CLEAR(_QUIET).eval_sequence(data), Identity(_QUIET).eval_sequence(data))


def combine(scores: list[Score]) -> Score:
    """The score of all sequences as if they were one, as MOTChallenge's tables have it."""

    def all_of(part: str) -> dict:
        return {str(index): getattr(one, part) for index, one in enumerate(scores)}

    return Score(
        HOTA().combine_sequences(all_of("hota")),
        CLEAR(_QUIET).combine_sequences(all_of("clear")),
        Identity(_QUIET).combine_sequences(all_of("identity")),
    )
