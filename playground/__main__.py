"""`python -m playground`: a local workspace in the browser; no Slack is needed."""

import argparse
import sys

from bot.cli.imports import importing

with importing():
    from bot import logs
    from bot.cli.running import until_stopped
    from bot.errors import HandoffError
    from playground.demo import serve


def main() -> None:
    """Serve until Ctrl-C; exit 1 where the port is taken."""
    parser = argparse.ArgumentParser("playground", description="Handoff in a local workspace.")
    parser.add_argument("--port", type=int, default=8484, help="port on 127.0.0.1 (8484)")
    port = parser.parse_args().port
    logs.configure()
    try:
        serve(port, until_stopped())
    except HandoffError as error:
        print(error.message, file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
