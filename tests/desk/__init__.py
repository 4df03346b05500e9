"""Tests of the desk: its pages over a register at work, on both engines."""
