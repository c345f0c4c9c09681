"""The picture net, and how a net becomes an int8 .tflite: small enough for a third of a millisecond."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from processors.video.features import STILL_PLANES

_LEARNING_RATE = 2e-3
# Decay of weights, which keeps a net of many inputs from living off a few of them.
_DECAY = 0.004


def picture_net(shape: tuple[int, ...], classes: int) -> keras.Model:
    """Return a net over the cells of a picture and its past; about 3 million multiplications.

    Classes are freeze, fade, borrado, bloco and barras. Bars have a small part of their own that sees the
    picture alone: they stand still, but so does what is frozen, and is not to be taken for bars by that.
    """
    given = keras.Input(shape)
    faults = keras.layers.Dense(classes - 1, activation="sigmoid")(_said(given, 32))
    pattern = keras.layers.Dense(1, activation="sigmoid")(_said(given[..., STILL_PLANES], 12))
    return keras.Model(given, keras.layers.Concatenate()([faults, pattern]))


def _said(planes: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """Return what the cells say together.

    Layers a cell and its neighbours tell programme from graphics; then a mean, a maximum, a mean over the
    cells that a gate chooses, and, coarsely, the place.
    """
    cells = _layer(planes, filters, 1)
    cells = _layer(cells, filters, 3)
    cells = _layer(cells, filters, 1)
    gate = keras.layers.Conv2D(filters, 1, activation="sigmoid")(cells)
    chosen = keras.layers.Multiply()([cells, gate])
    by_place = keras.layers.Conv2D(6, 1, activation="relu")(cells)
    by_place = keras.layers.AveragePooling2D((3, 4))(by_place)
    said = keras.layers.Concatenate()(
        [
            keras.layers.GlobalAveragePooling2D()(cells),
            keras.layers.GlobalMaxPooling2D()(cells),
            keras.layers.GlobalAveragePooling2D()(chosen),
            keras.layers.GlobalAveragePooling2D()(gate),
            keras.layers.Dense(16, activation="relu")(keras.layers.Flatten()(by_place)),
        ]
    )
    said = keras.layers.Dropout(0.15)(said)
    return keras.layers.Dense(40, activation="relu")(said)


def _layer(given: keras.KerasTensor, filters: int, side: int) -> keras.KerasTensor:
    """Return a convolution whose normalisation vanishes into its weights when it becomes int8."""
    made = keras.layers.Conv2D(filters, side, padding="same", use_bias=False)(given)
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.95)(made))


def seed_everything(seed: int) -> None:
    """Make what follows repeatable: the same seed and examples give the same net."""
    keras.utils.set_random_seed(seed)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def teach(net: keras.Model, lessons: keras.utils.PyDataset, epochs: int) -> None:
    """Fit a net in place, with a rate that rises at first and then fades over ``epochs``."""
    # Windows come as they are stored, a byte a value: a quarter of what floats would take to hand over.
    stored = keras.Input(net.input_shape[1:], dtype="uint8")
    pupil = keras.Model(stored, net(keras.layers.Rescaling(1 / 255)(stored)))
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, epochs * len(lessons), warmup_target=_LEARNING_RATE, warmup_steps=len(lessons) // 2 + 1
    )
    # What is kept is the mean of the last hundred steps: single ones lean to the batch they saw.
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=_DECAY, use_ema=True, ema_momentum=0.99, ema_overwrite_frequency=None
    )
    # Compiled just in time, a step of such small layers takes 85 ms of one core instead of 46.
    pupil.compile(optimizer, loss=_weighted_loss, jit_compile=False)
    pupil.fit(lessons, epochs=epochs, verbose=2, shuffle=False)
    optimizer.finalize_variable_values(pupil.trainable_variables)


@dataclass(frozen=True)
class Quantised:
    """A .tflite and how its input is stored."""

    content: bytes
    scale: float
    zero_point: int


def quantise(net: keras.Model, representative: NDArray[np.float32]) -> Quantised:
    """Turn a net into an int8 .tflite, int8 in and out; ``representative`` features set the ranges."""
    converter = tf.lite.TFLiteConverter.from_keras_model(net)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([sample[np.newaxis]] for sample in representative)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    content: bytes = converter.convert()
    interpreter = Interpreter(model_content=content)
    scale, zero_point = interpreter.get_input_details()[0]["quantization"]
    return Quantised(content=content, scale=float(scale), zero_point=int(zero_point))


def _weighted_loss(target: tf.Tensor, told: tf.Tensor) -> tf.Tensor:
    label, weight = target[..., 0], target[..., 1]
    safe = tf.clip_by_value(told, 1e-6, 1 - 1e-6)
    entropy = -(label * tf.math.log(safe) + (1 - label) * tf.math.log(1 - safe))
    return tf.reduce_sum(entropy * weight) / (tf.reduce_sum(weight) + 1.0)
