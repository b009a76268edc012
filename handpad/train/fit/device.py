"""What a fit computes with: a device, its precision, and the processes that train together."""

import contextlib
import ctypes
import gc
import os
import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from handpad.errors import DataError

DEVICES = ("cpu", "cuda", "mps")
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # malloc.h of glibc


@dataclass(frozen=True)
class Device:
    """The device of this process, and its place among the processes of one fit.

    Attributes
    ----------
    precision : of convolutions and matrix products: a key of PRECISIONS; sums and weights are always fp32.
    rank, ranks : the number of this process, from 0, and how many there are.
    """

    torch_device: torch.device
    precision: str
    rank: int = 0
    ranks: int = 1

    @property
    def first(self) -> bool:
        """Whether this process reports and saves."""
        return self.rank == 0

    def describe(self) -> dict:
        """For the record of a run."""
        name = (
            torch.cuda.get_device_name(self.torch_device)
            if self.torch_device.type == "cuda"
            else self.torch_device.type
        )
        return {"device": name, "precision": self.precision, "processes": self.ranks}

    def place(self, network: nn.Module) -> nn.Module:
        """Move a network here, in the memory order that is fastest."""
        order = torch.contiguous_format if self.torch_device.type == "mps" else torch.channels_last
        return network.to(self.torch_device, memory_format=order)

    def parallel(self, network: nn.Module) -> nn.Module:
        """The network with its gradients averaged over all processes."""
        if self.ranks == 1:
            return network
        return DistributedDataParallel(
            network, device_ids=[self.torch_device] if self.torch_device.type == "cuda" else None
        )

    def autocast(self) -> AbstractContextManager:
        """Compute in the precision."""
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.torch_device.type, PRECISIONS[self.precision])

    def total(self, tensor: Tensor) -> Tensor:
        """The sum over all processes, in place."""
        if self.ranks > 1:
            distributed.all_reduce(tensor)
        return tensor

    def any(self, value: bool) -> bool:
        """Whether the value is true in any process."""
        if self.ranks == 1:
            return value
        return int(self.total(torch.tensor(int(value), device=self.torch_device))) > 0

    def same(self, value: Any) -> Any:
        """The first process's value, in every process."""
        if self.ranks == 1:
            return value
        box = [value]
        distributed.broadcast_object_list(box, device=self.torch_device)
        return box[0]


@contextmanager
def open_device(device: str | None, precision: str | None, threads: int | None) -> Iterator[Device]:
    """Use a device, and join the other processes if torchrun started this one.

    Parameters
    ----------
    device : one of DEVICES; None is an NVIDIA GPU if there is one, otherwise the CPU.
    precision : a key of PRECISIONS; None is the fastest that the device computes itself.
    threads : of the CPU; None leaves them to torch.

    Raises DataError if the device is not there or cannot compute in this precision.
    """
    keep_freed_memory()
    if threads:
        torch.set_num_threads(threads)
    name = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if not {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}[name]:
        raise DataError(f"PyTorch finds no {name} device here: leave out --device, or install the PyTorch for it.")
    if (name, precision) in (("cpu", "fp16"), ("mps", "fp16"), ("mps", "bf16")):
        raise DataError(f"A {name} device does not train in {precision}: leave out --precision.")
    here = torch.device(name)
    if name == "cuda":
        here = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(here)
        torch.backends.cudnn.allow_tf32 = False  # fp32 is what it says
    ranks = int(os.environ.get("WORLD_SIZE", 1))
    if ranks == 1:
        yield Device(here, precision or fastest_precision(name))
        return
    distributed.init_process_group("nccl" if name == "cuda" else "gloo")
    try:
        yield Device(here, precision or fastest_precision(name), distributed.get_rank(), ranks)
    finally:
        # What still refers to the group (the reducer of the gradients, in a cycle) must go first: its threads would
        # outlive the group, and Python's end would then end the process with an abort.
        gc.collect()
        distributed.destroy_process_group()


def fastest_precision(device: str) -> str:
    """The precision that a device has instructions for: emulated ones are slower than fp32."""
    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    if device == "cpu" and has_bf16():
        return "bf16"
    return "fp32"


def has_bf16() -> bool:
    """Whether this CPU multiplies bfloat16 itself (AMX or AVX-512 BF16)."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("amx_bf16") or able.get("avx512_bf16"))


def keep_freed_memory() -> None:
    """Let the C library keep freed memory for the next batch instead of handing it back.

    It would take and return hundreds of megabytes in every step, and have the system clear every page anew: half
    the time of a step on a CPU. Only glibc has this setting; elsewhere nothing happens.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):  # Windows has no C library of the process
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def set_seed(seed: int) -> None:
    """Seed Python, numpy and torch."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - for libraries that still draw from the global state
    torch.manual_seed(seed)
