"""Put this checkout on the path of the environment, with its command, without a build.

An editable install would fetch a build backend from outside the hashed locks.
"""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = """#!{python}
import sys

from civicdialog.__main__ import main

sys.exit(main())
"""


def main() -> None:
    Path(sysconfig.get_path("purelib"), "civicdialog.pth").write_text(f"{ROOT}\n", "utf-8")
    command = Path(sysconfig.get_path("scripts"), "civicdialog")
    command.write_text(COMMAND.format(python=sys.executable), "utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    main()
