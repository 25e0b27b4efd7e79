"""The environments: their settings and their declarations."""
