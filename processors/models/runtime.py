"""The two programs that run a .tflite: LiteRT, and the older tflite-runtime, made for numpy 1."""

from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from numpy.typing import NDArray

LITERT = "litert"
TFLITE_RUNTIME = "tflite-runtime"
# By name: the module, and what to install for it.
_RUNTIMES = {
    LITERT: ("ai_edge_litert.interpreter", "ai-edge-litert"),
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

    Raises NoRuntime when ``runtime`` (LITERT, TFLITE_RUNTIME) is unknown or not installed, ValueError or
    RuntimeError when it cannot run the model. tflite-runtime trusts what it is given: a file of which only
    the head is a model's may end the process, so check the sum first.
    """
    if content[_IDENTIFIER_AT] != _IDENTIFIER:
        raise ValueError("not a .tflite file")
    module = _module(runtime)
    made: Runs = module.Interpreter(
        model_content=content,
        num_threads=1,
        # Not LiteRT's XNNPACK, which rounds in its own way: its scores are up to 9/256 from those of
        # tflite-runtime, these are equal to the bit. It would save a tenth of a millisecond a sample.
        experimental_op_resolver_type=module.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    made.allocate_tensors()
    return made


def one_line(error: Exception) -> str:
    """Return the first line of an error; interpreters tell the rest of their state below it."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _module(runtime: str) -> ModuleType:
    if runtime not in _RUNTIMES:
        raise NoRuntime(f"HORUS_TFLITE_RUNTIME={runtime}: no such runtime; choose {' or '.join(_RUNTIMES)}")
    module, package = _RUNTIMES[runtime]
    try:
        # Only the one that is used: neither is light, and they need different versions of numpy.
        return import_module(module)
    except ImportError as error:
        raise NoRuntime(
            f"HORUS_TFLITE_RUNTIME={runtime}: not installed here: pip install '{package}'"
        ) from error
