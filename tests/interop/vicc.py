"""Starts Debian's ``vicc``, whose packages leave two things to whoever runs it; its words follow.

Its modules lie beside Python's path, and it knows PyCryptodome by the name of its forerunner. Run
by the system's own Python: ``/usr/bin/python3 vicc.py --type iso7816 ...``.
"""

import runpy
import shutil
import sys

import Cryptodome

MODULES = "/usr/lib/python3/site-packages/virtualsmartcard"

if __name__ == "__main__":
    sys.modules["Crypto"] = Cryptodome
    sys.path.append(MODULES)
    program = shutil.which("vicc")
    assert program is not None, "not installed"
    sys.argv = [program, *sys.argv[1:]]
    runpy.run_path(program, run_name="__main__")
