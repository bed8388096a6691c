"""Whether the other end of an idle connection is still there, asked of the operating system alone."""

import select
import sys

if sys.platform == "win32":

    def can_be_read(descriptor: int) -> bool:
        """True where something arrived that nobody asked for, the end of the connection included."""
        return bool(select.select([descriptor], [], [], 0)[0])

else:

    def can_be_read(descriptor: int) -> bool:
        """True where something arrived that nobody asked for, the end of the connection included."""
        asked = select.poll()
        asked.register(descriptor, select.POLLIN)
        return bool(asked.poll(0))
