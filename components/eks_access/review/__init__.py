"""Answers about who can get in and what they may do: one state, whatever it was read from. Pure."""
