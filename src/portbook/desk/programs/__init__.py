"""Programs at the desk: tokens with scopes, and the API that does the same deeds by them."""
