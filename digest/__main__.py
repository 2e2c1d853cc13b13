"""The ``digest`` command, also as ``python -m digest``."""

import atexit
import gc
import sys


def main() -> None:
    """Run the command. Nearly all that it makes it keeps to its end, so garbage is looked for seldom."""
    gc.set_threshold(200_000)
    # Or Python searches the whole heap once more while it ends: a quarter of a build.
    atexit.register(gc.freeze)
    try:
        from digest.cli import main as run

        run()
    except KeyboardInterrupt:  # while the program is still being read, or after its last word
        print("digest: stopped.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
