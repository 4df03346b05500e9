"""Dossiers: applications that were sent, as each who may see one sees it, and what experts make of it."""
