"""The office: people, policy, books, statistics, publications of the whole registry."""
