"""Holding: entries, contacts and the cases about them, as holders and the office see them."""
