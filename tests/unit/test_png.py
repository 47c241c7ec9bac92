"""The screen console's pictures hold exactly what is on the screen."""

import io

import pygame

from kioskd.screens.png import png


def test_every_pixel_is_kept() -> None:
    """A picture that goes through PNG is the same in every pixel, whatever its width."""
    surface = pygame.Surface((301, 7))
    for x in range(301):
        for y in range(7):
            surface.set_at((x, y), (x % 256, 37 * y, (x * y) % 251))
    back = pygame.image.load(io.BytesIO(png(surface)), "screen.png")
    assert back.get_size() == (301, 7)
    assert pygame.image.tobytes(back, "RGB") == pygame.image.tobytes(surface, "RGB")
