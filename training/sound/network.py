"""The sound net: rows of blocks to probabilities, half a million multiplications."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from processors.audio.features import BEHIND
from training.sound.examples import SoundExamples, real

_LEARNING_RATE = 2e-3
_DECAY = 1e-3
_BATCH = 256
# Nets whose verdicts are averaged: what one of them takes for a fault by chance, the other mostly does not.
_MEMBERS = 2
# The rows around the one judged, which say where a fault begins and ends.
_NEAR = slice(BEHIND - 2, None)


def sound_members(shape: tuple[int, ...], classes: int) -> keras.Model:
    """Return _MEMBERS nets over the blocks of 4 s, side by side: they learn apart, each with its own output.

    A layer a block, one over neighbours; then the blocks near the one judged each by themselves, and of all
    the mean and the highest.
    """
    given = keras.Input(shape)
    return keras.Model(given, [_member(given, shape, classes) for _ in range(_MEMBERS)])


def sound_net(members: keras.Model) -> keras.Model:
    """Return the net that is put to use: the mean of the members' probabilities."""
    return keras.Model(members.input, keras.layers.Average()(members.outputs))


def _member(given: keras.KerasTensor, shape: tuple[int, ...], classes: int) -> keras.KerasTensor:
    # While it learns, numbers waver and some are missing from all rows: no verdict may hang on one of them.
    rows = keras.layers.SpatialDropout1D(0.1)(keras.layers.GaussianNoise(0.015)(given))
    rows = keras.layers.Reshape((shape[0], 1, shape[1]))(rows)
    rows = _layer(rows, 48, 1)
    rows = keras.layers.Dropout(0.1)(rows)
    rows = _layer(rows, 40, 3)
    near = keras.layers.Flatten()(keras.layers.Cropping2D(((_NEAR.start, 0), (0, 0)))(_layer(rows, 16, 1)))
    said = keras.layers.Concatenate()(
        [near, keras.layers.GlobalAveragePooling2D()(rows), keras.layers.GlobalMaxPooling2D()(rows)]
    )
    said = keras.layers.Dropout(0.2)(said)
    said = keras.layers.Dense(48, activation="relu")(said)
    return keras.layers.Dense(classes, activation="sigmoid")(said)


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

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], tuple[NDArray[np.float32], ...]]:
        chosen = self._dealt[index * _BATCH : (index + 1) * _BATCH]
        return real(self._windows[chosen]), (self._targets[chosen],) * _MEMBERS

    def on_epoch_end(self) -> None:
        """Deal anew."""
        self._epoch += 1
        self._deal()

    def _deal(self) -> None:
        rng = np.random.default_rng([self._seed, self._epoch])
        count = len(self._windows)
        # Neighbours are nearly alike: every other one is enough for an epoch.
        self._dealt = rng.permutation(count)[: count // 2]


def teach(members: keras.Model, lessons: Lessons, epochs: int) -> None:
    """Fit the members in place, with a rate that fades over ``epochs``."""
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, epochs * len(lessons), warmup_target=_LEARNING_RATE, warmup_steps=len(lessons) // 2 + 1
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=_DECAY)
    members.compile(optimizer, loss=[_weighted_loss] * _MEMBERS)
    members.fit(lessons, epochs=epochs, verbose=2, shuffle=False)


def _layer(given: keras.KerasTensor, filters: int, blocks: int) -> keras.KerasTensor:
    """Return a convolution over blocks whose normalisation vanishes into its weights when it becomes int8."""
    made = keras.layers.Conv2D(filters, (blocks, 1), padding="same", use_bias=False)(given)
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.95)(made))


def _weighted_loss(target: tf.Tensor, told: tf.Tensor) -> tf.Tensor:
    label, weight = target[..., 0], target[..., 1]
    safe = tf.clip_by_value(told, 1e-6, 1 - 1e-6)
    entropy = -(label * tf.math.log(safe) + (1 - label) * tf.math.log(1 - safe))
    # A class's faults are a twentieth of the samples: twice their weight, so that none is given up.
    return tf.reduce_sum(entropy * weight * (1 + label)) / (tf.reduce_sum(weight) + 1.0)
