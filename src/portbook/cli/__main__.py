"""`python -m portbook.cli`: the command without the installed script."""

import sys

from portbook.cli import main

if __name__ == "__main__":
    sys.exit(main())
