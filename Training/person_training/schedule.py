"""Input sizes and learning rate over the samples of a training that may be stopped at any moment.

The rate stays the same for as long as training goes on. When a network is wanted, a decay phase of a set number of
samples is started: the rate falls to nothing, and in its last part pictures look as they do in use.
"""

import random
from dataclasses import dataclass

# Sizes (height, width) of training and their shares: what the program chooses for 16:9, 4:3 and upright pictures.
SIZES = {
    (128, 224): 0.08,
    (192, 320): 0.22,
    (256, 320): 0.10,
    (320, 192): 0.06,
    (256, 448): 0.32,
    (320, 448): 0.08,
    (288, 512): 0.14,
}
# The same at the end of a decay.
SIZES_OF_USE = {(192, 320): 0.10, (256, 320): 0.10, (256, 448): 0.50, (320, 448): 0.15, (288, 512): 0.15}
# Where in the decay mosaics end.
MOSAICS_END = 0.6
# The rate at a decay's end, of that at its beginning.
LAST_RATE = 0.02
WARM_UP_STEPS = 100


@dataclass
class Phase:
    """What a step does: input size, factor of the learning rate, and how pictures are composed."""

    size: tuple
    rate: float
    mosaics: bool
    zoom: bool


def phase(step, since_start, samples, decay_from, decay_samples):
    """The phase of a step; the same in all processes.

    - step: steps so far in all, since_start: in this run, whose optimiser may have to warm up.
    - samples: samples so far; a decay of `decay_samples` began at `decay_from` (None where none did).
    """
    done = 0.0 if decay_from is None else min(1.0, (samples - decay_from) / max(1, decay_samples))
    rate = (1 - done * (1 - LAST_RATE)) * min(1.0, (since_start + 1) / WARM_UP_STEPS)
    last = done > MOSAICS_END
    sizes = SIZES_OF_USE if last else SIZES
    draw = random.Random(step)
    size = draw.choices(list(sizes), list(sizes.values()))[0]
    # A third of the last pictures still are of all scales, for people who fill the frame.
    return Phase(size, rate, not last, not last or draw.random() < 0.34)


def samples_of(size, pixels):
    """How many pictures of a size make up a batch of about so many pixels."""
    return max(2, round(pixels / (size[0] * size[1])))
