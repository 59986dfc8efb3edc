"""審査: the ranked queue and one report."""
