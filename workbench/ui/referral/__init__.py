"""引継ぎ: cases, their reports, and hand-overs to a division."""
