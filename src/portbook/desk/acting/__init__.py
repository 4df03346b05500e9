"""Acting: the page of a deed, what it would change, who else has to agree, and where deeds are offered."""
