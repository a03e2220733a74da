"""Distances over the ground, for tens of thousands of places at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Coordinates = tuple[float, float]
# Mean radius of the Earth in kilometres (IUGG).
_EARTH_KM = 6371.0088


def kilometres_from(point: Coordinates, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle distance from (latitude, longitude) to each row of `places`, by haversine.

    A place without coordinates (NaN) has the distance NaN, which sorts last.
    """
    latitude, longitude = np.radians(point)
    latitudes, longitudes = np.radians(places).T
    half_chord = (
        np.sin((latitudes - latitude) / 2) ** 2
        + np.cos(latitude) * np.cos(latitudes) * np.sin((longitudes - longitude) / 2) ** 2
    )
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.sqrt(half_chord)))
