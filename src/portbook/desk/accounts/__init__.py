"""Accounts: signing up and in, factors, invitations, letters of accounts; what allauth asks, decided here."""
