"""管理: officers, settings, reference data, storage, audit."""
