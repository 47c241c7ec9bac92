"""How long a test waits for what must happen.

A wait ends with its event, so a long limit costs nothing while all is well. It is there to end a
test whose event never comes, not to measure speed: on a machine with other work to do, a thread or
a process may stand still for many seconds.
"""

PATIENCE_S = 120.0
