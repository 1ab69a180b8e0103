"""The fair order: everybody gets an order of their own, in which every place is equally likely.

A four-round Feistel network permutes the numbers of a domain a little larger than needed; numbers
outside 1..n walk on along their cycle until they are inside (Black and Rogaway, "Ciphers with
Arbitrary Finite Domains", CT-RSA 2002). Nothing is stored and nothing is sorted: the numbers of a
page follow from the seed alone, in both directions.
"""

from collections.abc import Callable
from functools import lru_cache

_ROUNDS = 4
# Below this, halves are too narrow to mix well; small rounds walk a little longer instead.
_SMALLEST_HALF = 4
_WORD = 0xFFFFFFFF


def _mixed(value: int) -> int:
    """The 32-bit finaliser of MurmurHash3: every bit of the input moves every bit of the output."""
    value ^= value >> 16
    value = value * 0x85EBCA6B & _WORD
    value ^= value >> 13
    value = value * 0xC2B2AE35 & _WORD
    return value ^ value >> 16


class FairOrder:
    """The numbers 1..count in the order of one seed; positions count from 0."""

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self._half = max(_SMALLEST_HALF, ((max(count, 1) - 1).bit_length() + 1) // 2)
        self._mask = (1 << self._half) - 1
        key, keys = _mixed(seed & _WORD), []
        for place in range(_ROUNDS):
            key = _mixed(key + (seed >> 32) + 0x9E3779B9 * (place + 1) & _WORD)
            keys.append(key)
        self._keys = tuple(keys)

    def number_at(self, position: int) -> int:
        """The number that stands at a position."""
        return self._walk(position, self._forward) + 1

    def position_of(self, number: int) -> int:
        """Where a number stands."""
        return self._walk(number - 1, self._backward)

    def _walk(self, value: int, step: Callable[[int], int]) -> int:
        value = step(value)
        while value >= self.count:
            value = step(value)
        return value

    def _forward(self, value: int) -> int:
        left, right = value >> self._half, value & self._mask
        for key in self._keys:
            left, right = right, left ^ (_mixed(right ^ key) & self._mask)
        return left << self._half | right

    def _backward(self, value: int) -> int:
        left, right = value >> self._half, value & self._mask
        for key in reversed(self._keys):
            left, right = right ^ (_mixed(left ^ key) & self._mask), left
        return left << self._half | right


@lru_cache(maxsize=512)
def fair_order(count: int, seed: int) -> FairOrder:
    """The order of one seed, ready made for the next page."""
    return FairOrder(count, seed)


def positions(count: int, seed: int, start: int, size: int) -> list[int]:
    """The numbers at `size` positions from `start` on; fewer at the end."""
    order = fair_order(count, seed)
    return [order.number_at(place) for place in range(max(start, 0), min(start + size, count))]
