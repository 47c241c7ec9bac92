"""``python -m tests.goldens.record``: draw everything and record it as what is right."""

from tests.goldens.gallery import PLACES, VARIANTS, Variant, pictures
from tests.goldens.thumbs import thumbnail, write


def main() -> None:
    """Draw and record; somebody has to have looked at the gallery before."""
    drawn: dict[str, dict[Variant, tuple[str, bytes]]] = {}
    for place in PLACES:
        for one in pictures(*place):
            by_variant = drawn.setdefault(one.name, {})
            by_variant[one.variant] = (one.digest, thumbnail(one.surface))
    write(drawn)
    print(f"{len(drawn)} screens in {len(VARIANTS)} variants recorded")


if __name__ == "__main__":
    main()
