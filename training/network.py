"""The nets: small enough for a tenth of a millisecond, trained to tell several faults at once."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from training.examples import Examples

_LEARNING_RATE = 2e-3
_BATCH = 256


def picture_net(shape: tuple[int, ...], classes: int) -> keras.Model:
    """Return a net over the cells of a picture; about 2 million multiplications."""
    given = keras.Input(shape)
    x = keras.layers.Conv2D(32, 3, padding="same", activation="relu")(given)
    x = keras.layers.Conv2D(24, 3, padding="same", activation="relu")(x)
    x = keras.layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
    x = keras.layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
    # Flattened, not pooled: where something moves tells programme from graphics.
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dropout(0.2)(x)
    x = keras.layers.Dense(32, activation="relu")(x)
    return keras.Model(given, keras.layers.Dense(classes, activation="sigmoid")(x))


def sound_net(shape: tuple[int, ...], classes: int) -> keras.Model:
    """Return a net over the bands of a second of sound; about 0.3 million multiplications."""
    given = keras.Input(shape)
    x = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(given)
    x = keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(x)
    x = keras.layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(24, activation="relu")(x)
    return keras.Model(given, keras.layers.Dense(classes, activation="sigmoid")(x))


def seed_everything(seed: int) -> None:
    """Make what follows repeatable: the same seed and examples give the same net."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def train(net: keras.Model, train_on: Examples, watch: Examples, epochs: int) -> None:
    """Fit a net in place and keep the weights that were best on ``watch``."""
    schedule = keras.optimizers.schedules.CosineDecay(
        _LEARNING_RATE, epochs * (len(train_on.features) // _BATCH + 1)
    )
    net.compile(keras.optimizers.Adam(schedule), loss=_weighted_loss)
    net.fit(
        train_on.features,
        _targets(train_on),
        validation_data=(watch.features, _targets(watch)),
        epochs=epochs,
        batch_size=_BATCH,
        verbose=0,
        callbacks=[keras.callbacks.EarlyStopping(patience=epochs, restore_best_weights=True)],
    )


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


def _targets(examples: Examples) -> NDArray[np.float32]:
    """Put labels and weights into one array: Keras weighs whole samples only, not classes of one."""
    return np.stack([examples.labels, examples.weights], axis=-1)


def _weighted_loss(target: tf.Tensor, told: tf.Tensor) -> tf.Tensor:
    label, weight = target[..., 0], target[..., 1]
    safe = tf.clip_by_value(told, 1e-6, 1 - 1e-6)
    entropy = -(label * tf.math.log(safe) + (1 - label) * tf.math.log(1 - safe))
    return tf.reduce_sum(entropy * weight) / (tf.reduce_sum(weight) + 1.0)
