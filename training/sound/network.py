"""The sound net: rows of blocks to probabilities, half a million multiplications."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from processors.audio.features import BEHIND, BY_BAND, TEXTURE
from processors.audio.levels import BANDS
from processors.audio.line import TEXTURES
from training.network import unsure
from training.sound.examples import SoundExamples
from training.sound.varied import STEPS, vary

_LEARNING_RATE = 2e-3
# Decay of weights, with what is left out while it learns, keeps a net of few recordings from living off them.
_DECAY = 0.02
_BATCH = 256
# What is told apart in one band: a floor, a steady one, a rising one, harmonics...
_BAND_FILTERS = 12
_ROW_FILTERS = 56
# The rows around the one judged, which say where a fault begins and ends.
_NEAR = slice(BEHIND - 2, None)


def sound_net(shape: tuple[int, ...], classes: int) -> keras.Model:
    """Return a net over the blocks of 4 s.

    A layer a block, with what its bands have in common, and one over neighbours; then the blocks near the one
    judged each by themselves, and of all the mean and the highest.
    """
    given = keras.Input(shape)
    # While it learns, numbers are missing from all rows: no verdict may hang on one of them.
    rows = keras.layers.SpatialDropout1D(0.08)(given)
    rows = keras.layers.Reshape((shape[0], 1, shape[1]))(rows)
    # Summed, not put side by side: int8 has one scale for all that is side by side, and what the bands say
    # reaches higher than the numbers do.
    of_rows = keras.layers.Conv2D(_ROW_FILTERS, 1, use_bias=False)(rows)
    of_bands = keras.layers.Conv2D(_ROW_FILTERS, 1, use_bias=False)(_bands(given, shape[0]))
    rows = _normal(keras.layers.Add()([of_rows, of_bands]))
    rows = keras.layers.Dropout(0.1)(rows)
    rows = _layer(rows, 48, 3)
    near = keras.layers.Flatten()(keras.layers.Cropping2D(((_NEAR.start, 0), (0, 0)))(_layer(rows, 20, 1)))
    said = keras.layers.Concatenate()(
        [near, keras.layers.GlobalAveragePooling2D()(rows), keras.layers.GlobalMaxPooling2D()(rows)]
    )
    said = keras.layers.Dropout(0.2)(said)
    said = keras.layers.Dense(64, activation="relu")(said)
    return keras.Model(given, keras.layers.Dense(classes, activation="sigmoid")(said))


def _bands(given: keras.KerasTensor, rows: int) -> keras.KerasTensor:
    """Return what the bands of each row have in common: hiss looks alike in whatever band it lies.

    A layer a band, one over neighbours; of all bands the highest and the mean, (rows, 1, 2 _BAND_FILTERS).
    """
    texture = keras.layers.ZeroPadding1D((0, BANDS - TEXTURES))(_turned(given[:, :, TEXTURE]))
    parts = [_turned(given[:, :, start : start + BANDS]) for start in BY_BAND]
    planes = [keras.layers.Reshape((BANDS, rows, 1))(part) for part in (*parts, texture)]
    bands = _layer(keras.layers.Concatenate()(planes), _BAND_FILTERS, 1)
    bands = keras.layers.Conv2D(_BAND_FILTERS, (3, 1), padding="same", use_bias=False)(bands)
    bands = _normal(bands)
    highest = keras.layers.MaxPooling2D((BANDS, 1))(bands)
    mean = keras.layers.AveragePooling2D((BANDS, 1))(bands)
    return keras.layers.Permute((2, 1, 3))(keras.layers.Concatenate()([highest, mean]))


def _turned(rows: keras.KerasTensor) -> keras.KerasTensor:
    return keras.layers.Permute((2, 1))(rows)


class Lessons(keras.utils.PyDataset):  # type: ignore[misc]  # keras has no types
    """Batches of samples in an order that the seed and the epoch decide, half of them an epoch."""

    def __init__(self, examples: Sequence[SoundExamples], seed: int) -> None:
        """Join the examples."""
        super().__init__()
        self._windows = np.concatenate([part.windows for part in examples])
        labels = np.concatenate([part.labels for part in examples]).astype(np.float32)
        weights = np.concatenate([part.weights for part in examples]).astype(np.float32)
        self._targets = np.stack([labels, weights], axis=-1)
        self._seed = seed
        self._epoch = 0
        self._deal()

    def __len__(self) -> int:
        return len(self._dealt) // _BATCH

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        chosen = self._dealt[index * _BATCH : (index + 1) * _BATCH]
        windows = vary(self._windows[chosen], np.random.default_rng([self._seed, self._epoch, index]))
        return windows, self._targets[chosen]

    def on_epoch_end(self) -> None:
        """Deal anew."""
        self._epoch += 1
        self._deal()

    def _deal(self) -> None:
        rng = np.random.default_rng([self._seed, self._epoch])
        count = len(self._windows)
        # Neighbours are nearly alike: every other one is enough for an epoch.
        self._dealt = rng.permutation(count)[: count // 2]


def teach(net: keras.Model, lessons: Lessons, epochs: int) -> None:
    """Fit a net in place, with a rate that rises at first and then fades over ``epochs``."""
    # Windows come as they are stored, a byte a value: a quarter of what floats would take to hand over.
    stored = keras.Input(net.input_shape[1:], dtype="uint8")
    pupil = keras.Model(stored, net(keras.layers.Rescaling(1 / STEPS)(stored)))
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, epochs * len(lessons), warmup_target=_LEARNING_RATE, warmup_steps=len(lessons) // 2 + 1
    )
    # What is kept is the mean of the last hundred steps: single ones lean to the batch they saw.
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=_DECAY, use_ema=True, ema_momentum=0.99, ema_overwrite_frequency=None
    )
    pupil.compile(optimizer, loss=_weighted_loss)
    pupil.fit(lessons, epochs=epochs, verbose=2, shuffle=False)
    optimizer.finalize_variable_values(pupil.trainable_variables)


def _layer(given: keras.KerasTensor, filters: int, blocks: int) -> keras.KerasTensor:
    """Return a convolution over blocks whose normalisation vanishes into its weights when it becomes int8."""
    made = keras.layers.Conv2D(filters, (blocks, 1), padding="same", use_bias=False)(given)
    return _normal(made)


def _normal(made: keras.KerasTensor) -> keras.KerasTensor:
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.95)(made))


def _weighted_loss(target: tf.Tensor, told: tf.Tensor) -> tf.Tensor:
    label, weight = unsure(target[..., 0]), target[..., 1]
    safe = tf.clip_by_value(told, 1e-6, 1 - 1e-6)
    entropy = -(label * tf.math.log(safe) + (1 - label) * tf.math.log(1 - safe))
    # A class's faults are a twentieth of the samples: twice their weight, so that none is given up.
    return tf.reduce_sum(entropy * weight * (1 + label)) / (tf.reduce_sum(weight) + 1.0)
