"""What the register tells those who ask it, each within his or her rights.  Reads only: writes are acts.

Each list is one statement, or one a table, whatever its length.
"""
