"""A net read back out of a committed .tflite, to go on in a model that is made after it.

What it learnt was learnt from programmes that are no longer there. Its weights are the int8 ones, and what it
says is what that file says but for the rounding of what lies between its layers.
"""

from pathlib import Path

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from processors.models.card import ModelRefused
from processors.models.model import load_model
from processors.video.features import INDEXES, NAME, SHAPE, STILL_PLANES
from processors.video.maps import SHOT_MAPS
from training.network import ODDS

# Of each layout that can be read: which of today's planes it was given, in their order.
_SEEN: dict[str, NDArray[np.bool_]] = {
    NAME: np.ones(len(INDEXES), np.bool_),
    "video-maps-6": ~np.isin(INDEXES, SHOT_MAPS),
}
# Layers with weights of one of its parts: see training.network.picture_net.
_OF_PART = 8

_Weights = tuple[NDArray[np.float32], NDArray[np.float32]]


def read_net(path: Path) -> keras.Model:
    """Return the net of a picture model of one net, as ``training.network.picture_net`` makes them.

    Raises ModelRefused when it is no model, is of another form, or was given planes that are no longer made.
    """
    card = load_model(path).card
    seen = _SEEN.get(card.input.features)
    if seen is None or card.input.shape != (*SHAPE[:2], int(seen.sum())):
        raise ModelRefused(f"{path}: {card.input.features} {card.input.shape} cannot be read any longer")
    weights = _weights_of(path)
    if len(weights) != 3 * _OF_PART:
        raise ModelRefused(f"{path}: {len(weights)} layers; one net of three parts has {3 * _OF_PART}")
    # In the order in which the converter writes them.
    others, bars, black = (weights[at : at + _OF_PART] for at in range(0, 3 * _OF_PART, _OF_PART))
    kernel = np.zeros((1, 1, SHAPE[2], others[0][0].shape[-1]), np.float32)
    kernel[:, :, seen] = others[0][0]
    others[0] = kernel, others[0][1]
    given = keras.Input(SHAPE)
    still = given[..., STILL_PLANES]
    told = _part(given, others)
    odds = keras.layers.Concatenate(name=ODDS)(
        [told[:, :1], _part(still, black), told[:, 1:], _part(still, bars)]
    )
    return keras.Model(given, keras.layers.Activation("sigmoid")(odds))


def _part(planes: keras.KerasTensor, weights: list[_Weights]) -> keras.KerasTensor:
    """Return the log odds of a part of the net, as ``training.network`` composed it when the file was made.

    Not by its functions: they may change, and the file does not.
    """
    cells = planes
    for each in weights[:3]:
        cells = _conv(cells, each, "relu")
    gate = _conv(cells, weights[3], "sigmoid")
    by_place = keras.layers.AveragePooling2D((3, 4))(_conv(cells, weights[4], "relu"))
    said = keras.layers.Concatenate()(
        [
            keras.layers.GlobalAveragePooling2D()(cells),
            keras.layers.GlobalMaxPooling2D()(cells),
            keras.layers.GlobalAveragePooling2D()(keras.layers.Multiply()([cells, gate])),
            keras.layers.GlobalAveragePooling2D()(gate),
            _dense(keras.layers.Flatten()(by_place), weights[5], "relu"),
        ]
    )
    return _dense(_dense(said, weights[6], "relu"), weights[7], "linear")


def _conv(given: keras.KerasTensor, weights: _Weights, activation: str) -> keras.KerasTensor:
    kernel, _ = weights
    layer = keras.layers.Conv2D(kernel.shape[3], kernel.shape[:2], padding="same", activation=activation)
    made = layer(given)
    layer.set_weights(weights)
    return made


def _dense(given: keras.KerasTensor, weights: _Weights, activation: str) -> keras.KerasTensor:
    layer = keras.layers.Dense(weights[0].shape[1], activation=activation)
    made = layer(given)
    layer.set_weights(weights)
    return made


def _weights_of(path: Path) -> list[_Weights]:
    """Return kernel, (rows, columns, in, out) or (in, out), and bias, (out,), of each layer of the file."""
    interpreter = Interpreter(model_path=str(path))
    tensors = {each["index"]: each for each in interpreter.get_tensor_details()}

    def real(index: int) -> NDArray[np.float32]:
        stored = interpreter.get_tensor(index).astype(np.float32)
        scales = tensors[index]["quantization_parameters"]["scales"]
        turned: NDArray[np.float32] = np.moveaxis(stored, 0, -1) * scales
        return turned

    layers = [
        each
        for each in interpreter._get_ops_details()  # there is no public way to a file's layers
        if each["op_name"] in ("CONV_2D", "FULLY_CONNECTED")
    ]
    return [(real(int(each["inputs"][1])), real(int(each["inputs"][2]))) for each in layers]
