"""``python -m mockrec`` is the command ``mockrec``."""

from mockrec.cli import main

raise SystemExit(main())
