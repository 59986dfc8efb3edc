"""The nouns and the rules of the desk, in plain Python with no input or output."""
