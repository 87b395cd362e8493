"""Questions put to the rating, and to the trends its document claims: numbers, sentences, reservations."""
