"""Run the command: `python -m encfix`."""

from encfix.cli.main import main

if __name__ == "__main__":
    main(prog_name="encfix")
