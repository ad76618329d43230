"""What a training needs to go on as if it had never stopped."""

import os
from pathlib import Path

import torch

from .network import PersonNetwork, extended


def save(path, values):
    """Writes a checkpoint; at no moment does half of one stand under its name."""
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    torch.save(values, temporary)
    os.replace(temporary, path)


def load(path):
    """A checkpoint's values, on the CPU."""
    return torch.load(path, map_location="cpu", weights_only=True)


def network_of(values, averaged=True):
    """The network of a checkpoint, or of the weights of version 2."""
    if "network" not in values:
        network = PersonNetwork()
        network.load_state_dict(extended(values, network))
        return network
    network = PersonNetwork(**values["settings"])
    network.load_state_dict(values["average" if averaged else "network"])
    return network


def compact(values):
    """A checkpoint in as few bytes as keep its worth: the optimiser's second moments and all weights in halves.

    bfloat16 for the optimiser and for the difference of weights and average; the average stays exact.
    """
    optimiser = values["optimiser"]
    state = {
        number: {key: value.to(torch.bfloat16) if value.ndim else value for key, value in moments.items()}
        for number, moments in optimiser["state"].items()
    }
    difference = {
        name: (value - values["average"][name]).to(torch.bfloat16) if value.is_floating_point() else value
        for name, value in values["network"].items()
    }
    return values | {"optimiser": optimiser | {"state": state}, "network": difference, "compact": True}


def expanded(values):
    """What `compact` was given, nearly."""
    if not values.get("compact"):
        return values
    optimiser = values["optimiser"]
    state = {
        number: {key: value.float() for key, value in moments.items()} for number, moments in optimiser["state"].items()
    }
    network = {
        name: values["average"][name] + value.float() if value.is_floating_point() else value
        for name, value in values["network"].items()
    }
    values = values | {"optimiser": optimiser | {"state": state}, "network": network}
    del values["compact"]
    return values
