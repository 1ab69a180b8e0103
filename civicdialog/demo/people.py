"""The people of the sample city. Nobody here exists."""

from dataclasses import dataclass

from civicdialog.core.permissions import Role

SAMPLE_PASSWORD = "Beispiel-Halle-26"  # noqa: S105 (sample data, refused in production)


@dataclass(frozen=True)
class SampleAccount:
    key: str
    email: str
    public_name: str
    roles: tuple[Role, ...] = ()
    discipline: str = ""


CITIZEN = SampleAccount("citizen", "buergerin@example.org", "Beispiel-Bürgerin")
STAFF = (
    SampleAccount("moderator", "moderation@example.org", "Beispiel-Moderation", (Role.MODERATOR,)),
    SampleAccount(
        "committee", "beirat@example.org", "Beispiel-Beirat", (Role.COMMITTEE,), "ethics"
    ),
    SampleAccount("editor", "redaktion@example.org", "Beispiel-Redaktion", (Role.EDITOR,)),
    SampleAccount("admin", "admin@example.org", "Beispiel-Admin", (Role.ADMIN,)),
)

FIRST_NAMES = (
    "Anja", "Bernd", "Carla", "Detlef", "Elif", "Frank", "Greta", "Holger", "Ines", "Jonas",
    "Katrin", "Lutz", "Mariam", "Norbert", "Olga", "Paul", "Quentin", "Renate", "Samir", "Tanja",
    "Uwe", "Vera", "Wolfgang", "Xenia", "Yusuf", "Zoe", "Andreas", "Birgit", "Christian", "Doreen",
    "Erik", "Fatma", "Gisela", "Hannes", "Ilse", "Jürgen", "Karl", "Lena", "Matthias", "Nadine",
    "Otto", "Petra", "Rolf", "Sabine", "Thomas", "Ute", "Viktor", "Waltraud", "Ahmad", "Britta",
    "Cem", "Dana", "Emil", "Frieda", "Georg", "Heike", "Ivan", "Jana", "Konrad", "Luisa",
)  # fmt: skip
