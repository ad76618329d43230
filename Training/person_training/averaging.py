"""The exponential average of a network's weights: what is measured and exported."""

import torch


class Average:
    """Weights and statistics averaged over about 1 / (1 - decay) steps; at the beginning over the last tenth of all."""

    def __init__(self, network, decay=0.999, steps=0):
        self.values = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self.decay, self.steps = decay, steps

    @torch.no_grad()
    def update(self, network):
        self.steps += 1
        keep = min(self.decay, self.steps / (self.steps + 9))
        state = network.state_dict()
        names = [name for name, value in state.items() if value.dtype.is_floating_point]
        torch._foreach_lerp_([self.values[n] for n in names], [state[n].detach() for n in names], 1 - keep)
        for name, value in state.items():
            if not value.dtype.is_floating_point:
                self.values[name].copy_(value)
