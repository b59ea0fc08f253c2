"""How all tests run: hypothesis tries more on CI, and no test is judged by the wall clock."""

import os

from hypothesis import HealthCheck, settings

# A busy machine is slow; that is no fault of a law.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("dev", PATIENT, max_examples=50)
settings.register_profile("ci", PATIENT, max_examples=150, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "dev")
