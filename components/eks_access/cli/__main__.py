"""``python -m eks_access.cli``."""

from . import main

if __name__ == "__main__":
    main()
