"""Real handwriting: scikit-learn's 1,797 images of digits, 8 x 8 pixels in [0, 1]."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from groundswell.agents.population import Population, Rows, Source, take
from groundswell.data import Column, Floats, Ints, Points, Schema

SIDE = 8
IMAGES = 1797


class Digits(Population):
    """Handwritten digits that come with scikit-learn (Alpaydin & Kaynak 1998), in [0, 1].

    Pixels are the columns ``pixel0`` to ``pixel63``, row by row from the top left.
    """

    kind: Literal["digits"] = "digits"
    form = "images"
    shift: int = Field(0, ge=0, lt=SIDE)
    """Each image is moved by up to so many pixels, each way equally likely."""
    shift_along: Literal["both", "rows"] = "both"
    """Whether images move along both axes, or along their rows only (left and right)."""
    noise: float = Field(0.0, ge=0)
    """Standard deviation of noise on each pixel; results are clipped to [0, 1]."""
    label_noise: float = Field(0.0, ge=0, le=1)
    """Share of points whose label is replaced by one drawn uniformly."""
    test_share: float = Field(0.3, gt=0, lt=1)
    """Share of the images that no user gets, kept for measuring."""

    @model_validator(mode="after")
    def _both_parts_hold_images(self) -> Digits:
        if not 0 < self.size() < IMAGES:
            raise ValueError(
                f"a test share of {self.test_share:g} of {IMAGES:,} images leaves nothing"
            )
        return self

    def size(self) -> int:
        """Return the number of images that are not kept for measuring."""
        return IMAGES - round(self.test_share * IMAGES)

    def width(self) -> int:
        """Return the number of pixels."""
        return SIDE * SIDE

    def open(self, rng: np.random.Generator) -> Source:
        """Split the images at random."""
        return DigitsSource(self, rng.permutation(IMAGES))


class DigitsSource(Source):
    """Draws of images from the users' part and from the part kept for measuring."""

    def __init__(self, digits: Digits, order: Ints) -> None:
        columns = tuple(Column(f"pixel{i}") for i in range(SIDE * SIDE))
        super().__init__(Schema("images", columns, tuple(str(digit) for digit in range(10))))
        self.digits = digits
        self.users_part, self.test_part = order[: digits.size()], order[digits.size() :]

    def rows(self, users: int, rng: np.random.Generator) -> Rows:
        """Give each user one image, without replacement while they last."""
        return Rows(self._points(self.users_part, users, rng), np.arange(users))

    def fresh(self, count: int, rng: np.random.Generator) -> Points:
        """Draw kept images; where nothing is random about them, each at most once."""
        varied = self.digits.shift or self.digits.noise
        return self._points(
            self.test_part, count if varied else min(count, len(self.test_part)), rng
        )

    def _points(self, part: Ints, count: int, rng: np.random.Generator) -> Points:
        pixels, label = images()
        which = part[take(len(part), count, rng)]
        X = moved(pixels[which], self.digits.shift, self.digits.shift_along, rng)
        if self.digits.noise:
            X = np.clip(X + rng.normal(0, self.digits.noise, X.shape), 0, 1)
        y = label[which]
        wrong = rng.random(count) < self.digits.label_noise
        y = np.where(wrong, rng.integers(10, size=count), y)
        return Points(X.reshape(count, SIDE * SIDE), y)


@lru_cache(maxsize=1)
def images() -> tuple[Floats, Ints]:
    """Return all images, shape (1797, 8, 8) in [0, 1], and their labels."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return bunch.images / 16.0, bunch.target.astype(np.int64)


def moved(pixels: Floats, most: int, along: str, rng: np.random.Generator) -> Floats:
    """Move each image by up to ``most`` pixels along both axes or its rows; blank moves in."""
    if not most:
        return pixels
    padded = np.pad(pixels, ((0, 0), (most, most), (most, most)))
    down, right = rng.integers(0, 2 * most + 1, size=(2, len(pixels)))
    if along == "rows":
        down[:] = most
    rows = down[:, None] + np.arange(SIDE)
    columns = right[:, None] + np.arange(SIDE)
    windows: Floats = padded[
        np.arange(len(pixels))[:, None, None], rows[:, :, None], columns[:, None, :]
    ]
    return windows
