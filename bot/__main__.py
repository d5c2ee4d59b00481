"""The command `handoff`.

All that is imported stays, so nothing is gained by looking for garbage meanwhile: it took a fifth
of the start (benchmarks/bench_process.py), and later each such look would go through all of it.
"""

import gc

gc.disable()

from bot.command_line import main  # noqa: E402 - after the collector was stopped

gc.freeze()
gc.enable()

if __name__ == "__main__":
    main()
