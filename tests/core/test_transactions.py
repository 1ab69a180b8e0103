"""The edge commits: what returns stays, what raises is undone, and readers never write."""

import pytest
from sqlalchemy import select

from civicdialog.accounts.models import Person
from civicdialog.core.db import WroteWhileReading, after_commit, only_reading, transaction


def person(name):
    return Person(email=f"{name}@example.org", public_name=name)


def test_a_transaction_that_ends_well_is_kept(db):
    with transaction():
        db.session.add(person("ada"))
    db.session.rollback()
    assert db.session.scalars(select(Person.public_name)).all() == ["ada"]


def test_a_transaction_that_raises_is_undone(db):
    with pytest.raises(RuntimeError), transaction():
        db.session.add(person("ada"))
        db.session.flush()
        raise RuntimeError
    assert db.session.scalars(select(Person)).all() == []


def test_a_reader_cannot_write(db):
    only_reading(True)
    db.session.add(person("ada"))
    with pytest.raises(WroteWhileReading):
        db.session.flush()


def test_callbacks_wait_for_the_commit(db):
    rung = []
    with transaction():
        after_commit(lambda: rung.append("bell"))
        assert rung == []
    assert rung == ["bell"]


def test_callbacks_of_an_undone_transaction_are_forgotten(db):
    rung = []
    with pytest.raises(RuntimeError), transaction():
        after_commit(lambda: rung.append("bell"))
        raise RuntimeError
    with transaction():
        pass
    assert rung == []
