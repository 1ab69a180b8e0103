"""People, their roles, and one-time tokens."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from civicdialog.core import clock
from civicdialog.core.db import Base, portable_enum
from civicdialog.core.ids import new_public_id, new_secret
from civicdialog.core.permissions import Actor, Role


class Person(Base):
    """Somebody with an account. What is known: an address, a public name, a password."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True, default=new_public_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Case-folded; sample people have addresses below example.org."""
    public_name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """None until the address has been confirmed, and for who signs in with the city account."""
    language: Mapped[str] = mapped_column(String(10), default="de")
    session_key: Mapped[str] = mapped_column(String(60), default=new_secret)
    """Nothing reads it any more (sessions have keys of their own); a later release removes it."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    is_sample: Mapped[bool] = mapped_column(default=False)
    blocked_until: Mapped[datetime | None]
    """Until then the moderation keeps them from writing; reading and voting go on."""
    roles: Mapped[list["PersonRole"]] = relationship(lazy="raise_on_sql", back_populates="person")

    @property
    def may_sign_in(self) -> bool:
        return self.confirmed_at is not None

    def as_actor(self) -> Actor:
        """The person as one who acts; needs `roles` loaded."""
        held = {grant.role for grant in self.roles}
        return Actor(self.id, frozenset({Role.PARTICIPANT} | held), self.public_name)


class PersonRole(Base):
    """A role somebody was given. A person may hold several."""

    __tablename__ = "person_role"
    __table_args__ = (UniqueConstraint("person_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(portable_enum(Role))
    discipline: Mapped[str] = mapped_column(String(60), default="")
    """Of a committee member: informatics, ethics, social sciences, civil society, law …"""
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)
    person: Mapped[Person] = relationship(lazy="raise_on_sql", back_populates="roles")


class Purpose(StrEnum):
    CONFIRM = "confirm"
    RESET = "reset"


class OneTimeToken(Base):
    """A secret sent by mail, good for one purpose and once; only its hash is kept."""

    __tablename__ = "one_time_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose] = mapped_column(portable_enum(Purpose))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    def is_valid(self, at: datetime) -> bool:
        return self.used_at is None and at < self.expires_at


class PersonSession(Base):
    """One place where somebody is signed in. It keeps a day, not a moment, and no address."""

    __tablename__ = "person_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(80), default="")
    """Browser and system in words, so that a person recognises it."""
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_on: Mapped[date]
    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class Passkey(Base):
    """A key in a person's device that signs in without a password (WebAuthn)."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class ExternalIdentity(Base):
    """Who somebody is at the city's own sign-in service (OpenID Connect)."""

    __tablename__ = "external_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    person: Mapped[Person] = relationship(lazy="raise_on_sql")
