"""``python -m tests.goldens.record``: draw everything and record it as what is right."""

from tests.goldens.gallery import VARIANTS, Variant, pictures
from tests.goldens.thumbs import thumbnail, write


def main() -> None:
    """Draw and record; somebody has to have looked at the gallery before."""
    drawn: dict[str, dict[Variant, tuple[str, bytes]]] = {}
    for variant in VARIANTS:
        for one in pictures(variant):
            by_variant = drawn.setdefault(one.name, {})
            by_variant[variant] = (one.digest, thumbnail(one.surface))
    write(drawn)
    print(f"{len(drawn)} screens in {len(VARIANTS)} variants recorded")


if __name__ == "__main__":
    main()
