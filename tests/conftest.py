"""What holds for all tests."""

from hypothesis import settings

# A slow machine is no failure: property tests look at results, never at the clock.
settings.register_profile("kioskd", deadline=None)
settings.load_profile("kioskd")
