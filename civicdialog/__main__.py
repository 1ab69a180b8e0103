"""The command `civicdialog`."""

from civicdialog.cli import main

if __name__ == "__main__":
    main()
