"""The window: the only room that knows Qt. One folder a screen; `design` is what they share."""
