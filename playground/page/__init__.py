"""The page of the playground: the workspace in a browser, for people to look at and click in.

`mount(slack, controls)` puts it on the stand-in's own server; `Controls` is what the demo brings.
"""

from playground.page.controls import Controls, NoControls
from playground.page.mount import mount

__all__ = ["Controls", "NoControls", "mount"]
