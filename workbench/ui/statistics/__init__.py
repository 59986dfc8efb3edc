"""統計: counts by month as charts and as tables, and files of them."""
