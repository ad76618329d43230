"""The exponential average of a network's weights: what is measured and exported."""

import torch


class Average:
    """Weights and statistics averaged over about 1 / (1 - decay) steps; at the beginning over the last tenth of all."""

    def __init__(self, network, decay=0.999, steps=0):
        self.values = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self.decay, self.steps, self.live = decay, steps, None

    @torch.no_grad()
    def update(self, network):
        self.steps += 1
        keep = min(self.decay, self.steps / (self.steps + 9))
        # Its values are the network's own, so they change with it.
        self.live = self.live or network.state_dict()
        names = [name for name, value in self.live.items() if value.dtype.is_floating_point]
        counts = [name for name, value in self.live.items() if not value.dtype.is_floating_point]
        torch._foreach_lerp_([self.values[n] for n in names], [self.live[n] for n in names], 1 - keep)
        torch._foreach_copy_([self.values[n] for n in counts], [self.live[n] for n in counts])
