"""(to come)"""

from portbook.desk.deeds import Deed

DEEDS: tuple[Deed, ...] = ()
