"""Tables, charts and statistics of a study of Russian regions' cooperation with China."""
