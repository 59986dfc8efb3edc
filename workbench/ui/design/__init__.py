"""The design system: tokens, theme, icons, painting and the pages for empty, waiting and failed."""
