"""A synthetic office share: what ``shoumi demo`` inspects. No line of it comes from a real file or person."""
