"""The ``digest`` command, also as ``python -m digest``."""

import gc


def main() -> None:
    """Run the command. Nearly all that it makes it keeps to its end, so garbage is looked for seldom."""
    gc.set_threshold(200_000)
    from digest.cli import main as run

    run()


if __name__ == "__main__":
    main()
