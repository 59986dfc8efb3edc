"""Schema steps, forward only, each complete in itself."""

# The newest revision; a test compares it with the scripts, so that opening a store that is up to
# date need not load Alembic.
HEAD_REVISION = "0004"
