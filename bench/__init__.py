"""How fast it is: ratios against references that run beside it. ``make bench``, or ``python -m bench``."""
