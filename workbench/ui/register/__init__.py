"""登録: URLs and pictures into reports."""
