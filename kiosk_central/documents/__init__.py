"""Sealed documents: what stands on them, their numbers, composing, the seal, the books of them."""
