"""The two programs that run a .tflite: LiteRT, and the older tflite-runtime, made for numpy 1."""

from contextlib import nullcontext
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from numpy.typing import NDArray

from processors.models.announcement import unannounced

LITERT = "litert"
LITERT_EXACT = "litert-exact"
"""LiteRT with the kernels that tflite-runtime has too: equal to it to the bit, and as slow."""
TFLITE_RUNTIME = "tflite-runtime"
# By name: the module, and what to install for it.
_RUNTIMES = {
    LITERT: ("ai_edge_litert.interpreter", "ai-edge-litert"),
    LITERT_EXACT: ("ai_edge_litert.interpreter", "ai-edge-litert"),
    TFLITE_RUNTIME: ("tflite_runtime.interpreter", "horus[tflite-runtime]"),
}
# A .tflite is a FlatBuffer whose file identifier stands at these bytes (TensorFlow's schema.fbs).
_IDENTIFIER_AT, _IDENTIFIER = slice(4, 8), b"TFL3"


class NoRuntime(ImportError):
    """The runtime that was asked for is not there; the text says how to get it."""


class Runs(Protocol):
    """The part of an interpreter that is used here; both runtimes have it, and no types of their own."""

    def allocate_tensors(self) -> None:
        """Make ready to run."""
        ...

    def get_input_details(self) -> list[dict[str, Any]]:
        """Tell index, shape, dtype and quantisation of each input."""
        ...

    def get_output_details(self) -> list[dict[str, Any]]:
        """Tell the same of each output."""
        ...

    def set_tensor(self, index: int, value: NDArray[Any]) -> None:
        """Give an input."""
        ...

    def get_tensor(self, index: int) -> NDArray[Any]:
        """Return a copy of an output."""
        ...

    def invoke(self) -> None:
        """Run the model."""
        ...


def interpreter(content: bytes, runtime: str) -> Runs:
    """Return an interpreter of a .tflite's bytes, tensors allocated, which works in the calling thread alone.

    Raises NoRuntime when ``runtime`` (LITERT, LITERT_EXACT, TFLITE_RUNTIME) is unknown or not installed,
    ValueError or RuntimeError when it cannot run the model. tflite-runtime trusts what it is given: a file
    of which only the head is a model's may end the process, so check the sum first.
    """
    if content[_IDENTIFIER_AT] != _IDENTIFIER:
        raise ValueError("not a .tflite file")
    module = _module(runtime)
    # LiteRT's XNNPACK takes a quarter of the time. It rounds in its own way: its scores are a few 256ths off.
    fast = runtime == LITERT
    kernels = module.OpResolverType
    with unannounced() if fast else nullcontext():
        made: Runs = module.Interpreter(
            model_content=content,
            num_threads=1,
            experimental_op_resolver_type=kernels.AUTO if fast else kernels.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        made.allocate_tensors()
    return made


def one_line(error: Exception) -> str:
    """Return the first line of an error; interpreters tell the rest of their state below it."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _module(runtime: str) -> ModuleType:
    if runtime not in _RUNTIMES:
        raise NoRuntime(f"HORUS_TFLITE_RUNTIME={runtime}: no such runtime; choose {', '.join(_RUNTIMES)}")
    module, package = _RUNTIMES[runtime]
    try:
        # Only the one that is used: neither is light, and they need different versions of numpy.
        return import_module(module)
    except ImportError as error:
        raise NoRuntime(
            f"HORUS_TFLITE_RUNTIME={runtime}: not installed here: pip install '{package}'"
        ) from error
