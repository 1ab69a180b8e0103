"""The fair order: everybody gets an order of their own, in which every place is equally likely.

A four-round Feistel network permutes the numbers of a domain a little larger than needed; numbers
outside 1..n walk on along their cycle until they are inside (Black and Rogaway, "Ciphers with
Arbitrary Finite Domains", CT-RSA 2002). Nothing is stored and nothing is sorted: the numbers of a
page follow from the seed alone, in both directions.

`CorrectedOrder` lays a second, short order of the contributions that were seen least between the
places of the first. A number stands at the earlier of its two places; again nothing is stored.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
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


PAGE = 25
_ANOTHER = 0x5EED


@dataclass(frozen=True, eq=False)
class LittleSeen:
    """What an order makes up for: numbers in ascending order, and all above `last_number`."""

    day: int = 0
    """The ordinal of its date: pages carry it, so that none changes while somebody reads."""
    numbers: tuple[int, ...] = ()
    last_number: int = 0
    places: int = 0
    """So many of 25 places are theirs."""

    def size(self, count: int) -> int:
        return len(self.numbers) + max(0, count - self.last_number) if self.places else 0

    def number_at(self, index: int) -> int:
        known = len(self.numbers)
        return self.numbers[index] if index < known else self.last_number + 1 + index - known

    def index_of(self, number: int) -> int | None:
        if not self.places:
            return None
        if number > self.last_number:
            return len(self.numbers) + number - self.last_number - 1
        index = bisect_left(self.numbers, number)
        found = index < len(self.numbers) and self.numbers[index] == number
        return index if found else None


NOTHING_TO_MAKE_UP = LittleSeen()


class CorrectedOrder:
    """The numbers 1..count of one seed at places 0..`places_count`-1; some places are empty.

    Of 25 places, `LittleSeen.places` belong to those that were seen least, as long as there are
    some. Each number stands once: at the earlier of its two places, the later one is empty.
    """

    def __init__(self, count: int, seed: int, seen: LittleSeen) -> None:
        self._all = FairOrder(count, seed)
        self._size = size = seen.size(count)
        self._few = FairOrder(size, seed ^ _ANOTHER)
        self._seen = seen
        self._kept = kept = seen.places
        self._theirs = [(i + 1) * kept // PAGE > i * kept // PAGE for i in range(PAGE)]
        self._others = [i for i in range(PAGE) if not self._theirs[i]]
        # Behind this place stand only the others.
        self._end = self._place_of_index(size - 1) + 1 if size else 0
        # By the last of the plain order everything has been shown.
        self.places_count = self._place_of_position(count - 1) + 1 if count else 0

    def _place_of_index(self, index: int) -> int:
        """The place of the index-th of the few: the first whose share has grown to index + 1."""
        return -(-PAGE * (index + 1) // self._kept) - 1

    def _place_of_position(self, position: int) -> int:
        whole, rest = divmod(position, len(self._others))
        place = whole * PAGE + self._others[rest]
        return place if place < self._end else position + self._size

    def number_at(self, place: int) -> int | None:
        """The number that stands at a place, if it does not stand at an earlier one."""
        if place < self._end:
            index = place * self._kept // PAGE
            if self._theirs[place % PAGE]:
                number = self._seen.number_at(self._few.number_at(index) - 1)
                if number > self._all.count:
                    return None
                earlier = self._place_of_position(self._all.position_of(number)) < place
                return None if earlier else number
            position = place - index
        else:
            position = place - self._size
        if position >= self._all.count:
            return None
        number = self._all.number_at(position)
        other = self._place_among_few(number)
        return None if other is not None and other < place else number

    def place_of(self, number: int) -> int:
        """Where a number stands."""
        place = self._place_of_position(self._all.position_of(number))
        other = self._place_among_few(number)
        return place if other is None else min(place, other)

    def _place_among_few(self, number: int) -> int | None:
        index = self._seen.index_of(number)
        if index is None or index >= self._size:
            return None
        return self._place_of_index(self._few.position_of(index + 1))

    def window(self, start: int, size: int) -> tuple[list[int], int]:
        """The numbers from a place on, as many as asked for, and the place to go on from."""
        found: list[int] = []
        place = max(start, 0)
        while len(found) < size and place < self.places_count:
            number = self.number_at(place)
            place += 1
            if number is not None:
                found.append(number)
        return found, place


@lru_cache(maxsize=512)
def fair_order(count: int, seed: int, seen: LittleSeen = NOTHING_TO_MAKE_UP) -> CorrectedOrder:
    """The order of one seed, ready made for the next page."""
    return CorrectedOrder(count, seed, seen)


def positions(count: int, seed: int, start: int, size: int) -> list[int]:
    """The numbers at `size` positions of the plain order; fewer at the end."""
    order = FairOrder(count, seed)
    return [order.number_at(place) for place in range(max(start, 0), min(start + size, count))]
