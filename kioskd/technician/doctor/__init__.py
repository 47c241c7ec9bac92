"""``kioskd doctor``: one small function a check, each of which says good, wrong or unknown.

It reads; it never repairs. Nothing that it says names a citizen. What cannot be found out is
unknown, with the reason why, and is never shown as good.
"""
