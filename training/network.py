"""The picture net, and how nets become an int8 .tflite: small enough for 0.3 milliseconds, at most."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from processors.video.features import STILL_PLANES
from training.batches import Lessons
from training.sight import LIGHT, STRUCTURE

_LEARNING_RATE = 2e-3
# Decay of weights, and what is left out while it learns, keep a net of many inputs from living off a few.
_DECAY, _DROPPED = 0.02, 0.2
# By how much, of 0..1, what it learns from is off at most: each value, and each plane of a window as a whole.
_OFF, _OFF_WHOLE = 5 / 255, 4 / 255
# No label is sure: a net that may not say so shouts, and no threshold tells its shouts apart.
_DOUBT = 0.01
# When, of all its steps, it is asked about all windows, to go on with those that it is wrong about.
_LOOKS = (0.25, 0.5, 0.75)
_TELL = 100
ODDS = "odds"
"""Name of the layer that gives a net's log odds."""


def picture_net(shape: tuple[int, ...], classes: int) -> keras.Model:
    """Return a net over the cells of a picture and its past; about 3 million multiplications.

    Classes are freeze, fade, borrado, bloco and barras. Black and bars have small parts of their own that
    see the picture alone: they stand still, but so does what is frozen, and is neither of them by that.
    """
    given = keras.Input(shape)
    still = given[..., STILL_PLANES]
    others = keras.layers.Dense(classes - 2)(_said(_seen(given, STRUCTURE, 32), 3, 40))
    black = keras.layers.Dense(1)(_said(_seen(still, LIGHT, 12), 3, 24))
    bars = keras.layers.Dense(1)(_said(_layer(still, 12, 1), 3, 40))
    odds = keras.layers.Concatenate(name=ODDS)([others[:, :1], black, others[:, 1:], bars])
    return keras.Model(given, keras.layers.Activation("sigmoid")(odds))


def together(nets: Sequence[keras.Model]) -> keras.Model:
    """Return one net that says what several say in the mean of their log odds.

    Each has learnt scenes by heart that the others have not met, and is wrong about others.
    """
    if len(nets) == 1:
        return nets[0]
    given = keras.Input(nets[0].input_shape[1:])
    odds = [keras.Model(net.input, net.get_layer(ODDS).output)(given) for net in nets]
    mean = keras.layers.Average(name=ODDS)(odds)
    return keras.Model(given, keras.layers.Activation("sigmoid")(mean))


class Seeing(keras.layers.Layer):  # type: ignore[misc]  # keras has no types
    """A convolution of single cells that sees some planes alone: to leave the others out would copy them."""

    def __init__(self, planes: NDArray[np.bool_], filters: int) -> None:
        """``planes``, (n,): which of them are seen."""
        super().__init__()
        self._filters = filters
        self._mask = planes.astype(np.float32)[:, np.newaxis]

    def build(self, shape: tuple[int, ...]) -> None:
        """Make the weights; they begin as large as suits the planes that are seen."""
        first = keras.initializers.VarianceScaling(2 / float(self._mask.mean()), "fan_in", "normal")
        self.kernel = self.add_weight((1, 1, shape[-1], self._filters), initializer=first, name="kernel")

    def call(self, planes: keras.KerasTensor) -> keras.KerasTensor:
        """Return what each filter says of each cell."""
        return keras.ops.conv(planes, self.kernel * self._mask, padding="valid")


def _said(cells: keras.KerasTensor, side: int, things: int) -> keras.KerasTensor:
    """Return what the cells say together: so many ``things``.

    Layers over each cell and what lies within ``side`` of it tell programme from graphics; then a mean, a
    maximum, a mean over the cells that a gate chooses, and, coarsely, the place.
    """
    filters = cells.shape[-1]
    cells = _layer(cells, filters, side)
    if side > 1:
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
    said = keras.layers.Dropout(_DROPPED)(said)
    return keras.layers.Dense(things, activation="relu")(said)


def _seen(planes: keras.KerasTensor, which: NDArray[np.bool_], filters: int) -> keras.KerasTensor:
    return _normal(Seeing(which, filters)(planes))


def _layer(given: keras.KerasTensor, filters: int, side: int) -> keras.KerasTensor:
    return _normal(keras.layers.Conv2D(filters, side, padding="same", use_bias=False)(given))


def _normal(made: keras.KerasTensor) -> keras.KerasTensor:
    """Normalise what a convolution made, in a way that vanishes into its weights when it becomes int8."""
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.95)(made))


def seed_everything(seed: int) -> None:
    """Make what follows repeatable: the same seed and examples give the same net."""
    keras.utils.set_random_seed(seed)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()


def teach(net: keras.Model, lessons: Lessons, steps: int) -> None:
    """Teach a net in place, with a rate that rises at first and then fades over ``steps`` batches."""
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, steps, warmup_target=_LEARNING_RATE, warmup_steps=min(100, steps // 2)
    )
    # What is kept is the mean of the last hundred steps: single ones lean to the batch they saw.
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=_DECAY, use_ema=True, ema_momentum=0.99, ema_overwrite_frequency=None
    )
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    optimizer.build(net.trainable_variables)

    def learn(stored: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = _weighted_loss(target, net(_noisy(_unit(stored)), training=True))
        gradients = tape.gradient(loss, net.trainable_variables)
        optimizer.apply_gradients(zip(gradients, net.trainable_variables, strict=True))
        return loss

    # A step of its own: through `fit`, handing a batch over took several times what learning from it takes.
    step, tell = tf.function(learn), tf.function(lambda stored: net(_unit(stored), training=False))
    told, losses = {round(steps * share) for share in _LOOKS}, []
    for number in range(steps):
        if number in told:
            lessons.favour(np.concatenate([tell(stored).numpy() for stored in lessons.all()]))
        losses.append(float(step(*lessons.batch(number))))
        if (number + 1) % _TELL == 0:
            print(f"{number + 1} of {steps}: loss {np.mean(losses[-_TELL:]):.4f}", flush=True)
    optimizer.finalize_variable_values(net.trainable_variables)


def _unit(stored: tf.Tensor) -> tf.Tensor:
    """Return bytes as 0..1: windows come as they are stored, a quarter of what floats take to hand over."""
    return tf.cast(stored, tf.float32) / 255.0


def _noisy(planes: tf.Tensor) -> tf.Tensor:
    """Return planes that are off by a little, each as a whole and each of its values."""
    count, _, _, depth = planes.shape
    whole = tf.random.uniform((count, 1, 1, depth), -_OFF_WHOLE, _OFF_WHOLE)
    return tf.clip_by_value(planes + tf.random.uniform(planes.shape, -_OFF, _OFF) + whole, 0.0, 1.0)


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


def unsure(labels: tf.Tensor) -> tf.Tensor:
    """Return labels of 0 and 1 as a net should learn them: none is quite sure."""
    return labels * (1 - 2 * _DOUBT) + _DOUBT


def _weighted_loss(target: tf.Tensor, told: tf.Tensor) -> tf.Tensor:
    label, weight = unsure(target[..., 0]), target[..., 1]
    safe = tf.clip_by_value(told, 1e-6, 1 - 1e-6)
    entropy = -(label * tf.math.log(safe) + (1 - label) * tf.math.log(1 - safe))
    return tf.reduce_sum(entropy * weight) / (tf.reduce_sum(weight) + 1.0)
