"""First run and login: which store, and who."""
