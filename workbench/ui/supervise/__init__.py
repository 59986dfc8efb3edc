"""監督: the whole queue, who works on what, weights tried before saving, approvals, clocks."""
