"""Help for tests about accounts: what lies in the mailbox, and who has a password."""

import re

import pytest

from civicdialog.accounts.hashing import hash_password

PASSWORD = "morgens-zwei-Kannen-Tee"
HASH = hash_password(PASSWORD)


@pytest.fixture
def member(make):
    """Somebody who can sign in with `PASSWORD`."""
    return make.person("Ada", email="ada@example.org", password_hash=HASH)


@pytest.fixture
def link_in(letters):
    """`link_in("confirm")`: the path in the letter of that kind written last."""

    def find(start: str) -> str:
        paths = re.findall(rf"http://localhost(/{start}/[\w-]+)", "\n".join(letters()))
        assert paths, f"no link /{start}/… in any letter"
        return paths[-1]

    return find


@pytest.fixture
def register(sign_in):
    """`register()`: a visitor fills in the form; gives the answer."""

    def fill_in(email="neu@example.org", public_name="Rote Brille", client=None):
        data = {"email": email, "public_name": public_name}
        return (client or sign_in()).post("/register", data=data)

    return fill_in


def both(password=PASSWORD):
    return {"password": password, "password_again": password}
